import type { DriverName } from '../../../platform/kubernetes/drivers.js'
import { emissaryDriver, gatewayDriver, ingressDriver, privateDeploymentDriver } from './deployment.driver.js'
import type { EngineDriver } from './engine-driver.js'
import { knativeDriver } from './knative.driver.js'

/** All drivers, by name. */
export const ENGINE_DRIVERS: Readonly<Record<DriverName, EngineDriver>> = {
  knative: knativeDriver,
  gateway: gatewayDriver,
  ingress: ingressDriver,
  emissary: emissaryDriver,
}

/** The same for apps that are private. */
export const PRIVATE_DRIVERS: Readonly<Record<DriverName, EngineDriver>> = {
  knative: { ...knativeDriver, isPrivate: true },
  gateway: privateDeploymentDriver('gateway'),
  ingress: privateDeploymentDriver('ingress'),
  emissary: privateDeploymentDriver('emissary'),
}
