/** A container of a pod, as far as logs and phases need it. */
export interface WatchedContainer {
  name: string
  restartCount: number
  /** Whether its log can be read: it runs or has ended. */
  started: boolean
  /** When the instance that runs now (or ran last) began. */
  startedAt: Date | null
  /** Set once the container has ended. */
  finishedAt: Date | null
  /** How the run that ended last did so: this one, or the one before while this one runs. */
  lastEnd?: ContainerEnd | null
}

/** How a run of a container ended. */
export interface ContainerEnd {
  at: Date | null
  exitCode: number
  /** As Kubernetes says it: `Error`, `OOMKilled`, `Completed`. */
  reason: string | null
}

/** A pod of an app that the portal deployed. */
export interface WatchedPod {
  namespace: string
  name: string
  uid: string
  /** The app's id (label `vitrine.dev/engine`). */
  engineId: string
  /** The revision that it belongs to, as the driver names it; null when there is none. */
  revision: string | null
  createdAt: Date
  deleted: boolean
  containers: WatchedContainer[]
}

/** Port and injection token: the pods of all apps of this instance, from one watch. */
export abstract class PodFeed {
  /** Whether all pods were read and are being followed: only then does "not here" mean that one is gone. */
  abstract get synced(): boolean
  /** The pods of one app that exist now, as last seen. */
  abstract podsOf(engineId: string): WatchedPod[]
  /** Calls back with the app's id whenever one of its pods appeared, changed or went. Returns a function that ends this. The listener only enqueues. */
  abstract onChange(listener: (engineId: string) => void): () => void
}
