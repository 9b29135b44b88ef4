import type { DriverName } from './drivers.js'

/** What the portal knows of the cluster: `absent` when none is configured, `starting` until it was reached once, `unreachable` after it was lost. */
export interface ClusterState {
  state: 'absent' | 'starting' | 'ready' | 'unreachable'
  /** What the state means for whoever wants to deploy, in words. */
  message: string
  /** How new apps are run; null while that is not known. */
  driver: DriverName | null
  /** The drivers that may have apps here, {@link driver} first. */
  drivers: readonly DriverName[]
  /** Version of Kubernetes, as in `v1.36.3`. */
  version: string | null
  /** What its machines run, as far as its API server is one like them: as in `linux/amd64`. */
  platform: string | null
  since: Date
}

/** Port and injection token: how the cluster is. */
export abstract class ClusterMonitor {
  abstract get state(): ClusterState
  /** Calls back whenever the state, its message or the driver changed. Returns a function that ends this. The listener only enqueues. */
  abstract onChange(listener: (state: ClusterState) => void): () => void
}
