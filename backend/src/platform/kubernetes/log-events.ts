import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { AppWatch } from './app-watch.js'
import { ClusterMonitor } from './cluster-state.js'
import { DRIVER_NAMES, kindsOf } from './drivers.js'
import { KubeApi } from './kube-api.js'
import { LABEL, type KubeObject } from './kube-objects.js'
import { ResourceWatcher } from './resource-watcher.js'
import { watchPath } from './watch-source.js'

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

/** Port and injection token: events of Kubernetes about the apps of this instance. */
export abstract class EventFeed {
  /** Calls back with each event that is new or has come twice as often, also with those that the cluster still has from before. Returns a function that ends this. */
  abstract onEvent(listener: (engineId: string, event: ClusterEvent) => void): () => void
}

interface StoredEvent extends KubeObject {
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
const MOST_SAID = 20_000
// The object that an event is about may be seen a moment later than the event.
const AGAIN_MS = 2_000
const MOST_TRIES = 5

/** Watches the events of all namespaces of this instance. */
@Injectable()
export class WatchedEvents extends EventFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('EventFeed')
  private readonly watcher: ResourceWatcher<StoredEvent>
  private readonly listeners = new Set<(engineId: string, event: ClusterEvent) => void>()
  private readonly said = new Map<string, number>()
  private readonly again = new Set<string>()
  private timer: NodeJS.Timeout | undefined

  constructor(
    @Inject(CONFIG) config: Config,
    api: KubeApi,
    private readonly watch: AppWatch,
    private readonly monitor: ClusterMonitor,
  ) {
    super()
    const own = `${config.namespacePrefix}-`
    this.watcher = new ResourceWatcher<StoredEvent>({
      name: 'events',
      source: watchPath(api, '/api/v1/events', {}),
      project: slim,
      group: ({ metadata: { namespace = '' } }) => (namespace.startsWith(own) ? namespace : undefined),
      warn: (message, error) => this.logger.warn({ err: error }, message),
    })
  }

  onEvent(listener: (engineId: string, event: ClusterEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  onApplicationBootstrap(): void {
    this.watcher.onChange((namespace) => this.look(namespace))
    this.monitor.onChange(({ state }) => {
      if (state === 'ready') this.watcher.start()
    })
    this.timer = setInterval(() => {
      const namespaces = [...this.again]
      this.again.clear()
      for (const namespace of namespaces) this.look(namespace)
    }, AGAIN_MS)
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer)
    await this.watcher.stop()
  }

  private look(namespace: string): void {
    for (const { involved, event } of this.watcher.of(namespace)) {
      const tries = this.said.get(event.uid) ?? 0
      if (tries >= MOST_TRIES) continue
      const engineId = this.ownerOf(namespace, involved.name)
      this.said.set(event.uid, engineId === null ? tries + 1 : MOST_TRIES)
      if (engineId === null) this.again.add(namespace)
      else for (const listener of this.listeners) listener(engineId, event)
    }
    for (const oldest of this.said.keys()) if (this.said.size > MOST_SAID) this.said.delete(oldest)
  }

  /** The app of an object: what controllers make of an app is named after the object that they make it of. */
  private ownerOf(namespace: string, name: string): string | null {
    let owner: KubeObject | null = null
    for (const kind of KINDS)
      for (const object of this.watch.objects(kind)) {
        const { metadata } = object
        const made = metadata.namespace === namespace && (name === metadata.name || name.startsWith(`${metadata.name}-`))
        if (made && metadata.name.length > (owner?.metadata.name.length ?? 0)) owner = object
      }
    return owner?.metadata.labels?.[LABEL.engine] ?? null
  }
}

const KINDS = [...new Set(DRIVER_NAMES.flatMap(kindsOf))]

/** Only what is said of an event; of one that repeats, each doubling is one of its own. */
function slim(raw: KubeObject): StoredEvent {
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
