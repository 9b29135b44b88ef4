import type { KubeObject } from './kube-objects.js'

/** What Kubernetes says of an object of an app. */
export interface ClusterEvent {
  /** The same for the same event until it has come twice as often: a probe that fails every second is told a few times, not a thousand. */
  uid: string
  /** How often it had come by then. */
  count: number
  at: Date
  type: 'Normal' | 'Warning'
  reason: string
  message: string
  /** Kind and name, as `Pod/hello-00001-deployment-abc`. */
  object: string
}

/** An event as the watch keeps it. */
export interface StoredEvent extends KubeObject {
  involved: { kind: string; name: string }
  event: ClusterEvent
}

interface RawEvent extends KubeObject {
  involvedObject?: { kind?: string; name?: string }
  type?: string
  reason?: string
  message?: string
  count?: number
  eventTime?: string | null
  lastTimestamp?: string | null
  series?: { count?: number; lastObservedTime?: string }
}

const MESSAGE_CHARACTERS = 1_000

/** Only what is said of an event; of one that repeats, each doubling is one of its own. Pure. */
export function storedEvent(raw: KubeObject): StoredEvent {
  const { metadata, involvedObject, type, reason, message, count, eventTime, lastTimestamp, series } = raw as RawEvent
  const at = series?.lastObservedTime ?? lastTimestamp ?? eventTime ?? metadata.creationTimestamp
  const { kind = '', name = '' } = involvedObject ?? {}
  const times = series?.count ?? count ?? 1
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: {
      name: metadata.name,
      ...(metadata.namespace === undefined ? {} : { namespace: metadata.namespace }),
      ...(metadata.uid === undefined ? {} : { uid: metadata.uid }),
      ...(metadata.resourceVersion === undefined ? {} : { resourceVersion: metadata.resourceVersion }),
    },
    involved: { kind, name },
    event: {
      uid: `${metadata.uid ?? metadata.name}.${Math.floor(Math.log2(Math.max(1, times)))}`,
      count: times,
      at: new Date(at ?? 0),
      type: type === 'Warning' ? 'Warning' : 'Normal',
      reason: reason ?? '',
      message: (message ?? '').slice(0, MESSAGE_CHARACTERS),
      object: `${kind}/${name}`,
    },
  }
}
