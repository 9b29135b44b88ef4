import type { DriverName } from '../../../platform/kubernetes/drivers.js'
import { emissaryDriver, gatewayDriver, ingressDriver } from './deployment.driver.js'
import type { EngineDriver } from './engine-driver.js'
import { knativeDriver } from './knative.driver.js'

/** All drivers, by name. */
export const ENGINE_DRIVERS: Readonly<Record<DriverName, EngineDriver>> = {
  knative: knativeDriver,
  gateway: gatewayDriver,
  ingress: ingressDriver,
  emissary: emissaryDriver,
}
