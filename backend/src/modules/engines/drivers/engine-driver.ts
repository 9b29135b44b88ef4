import type { ClusterEvent } from '../../../platform/kubernetes/cluster-event.js'
import type { DriverName, DriverSpec } from '../../../platform/kubernetes/drivers.js'
import { isOf, type Kind, type KubeObject, type Pod, type ResourceQuota } from '../../../platform/kubernetes/kube-objects.js'
import type { Derived, Desired } from '../engine.status.js'

/** What is in the cluster of one app: objects of the kinds of its driver, and pods; and what is said of them, as far as that is known. */
export interface Observed {
  objects: readonly KubeObject[]
  pods: readonly Pod[]
  /** Of the pods. */
  events?: readonly ClusterEvent[]
  /** That of its project. */
  quota?: ResourceQuota | undefined
}

/** Those of one kind. */
export const only = <T extends KubeObject>({ objects }: Observed, kind: Kind<T>): T[] =>
  objects.filter((object): object is T => isOf(object, kind))

/**
 * A way to run apps: what it needs and makes is in `spec`, what is seen of that becomes a status here. Pure. A new driver is an entry in `DRIVER_SPECS`, a
 * folder of templates and one of these.
 */
export interface EngineDriver {
  readonly name: DriverName
  readonly spec: DriverSpec
  /** Whether its apps are reached from within the cluster alone. */
  readonly isPrivate: boolean
  /** The status of an app whose objects the cluster has taken. */
  derive(desired: Desired, observed: Observed, at: Date): Derived
  /** Whether some generation of the app answers, whichever it is. */
  isServing(observed: Observed): boolean
  /** Whether controllers have let go of everything, once the objects themselves are gone. */
  isClear(observed: Observed): boolean
}
