import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { KubernetesAppWatch } from './app-watch.js'
import type { ClusterEvent } from './cluster-event.js'
import { DRIVER_NAMES, kindsOf } from './drivers.js'
import { LABEL, type KubeObject } from './kube-objects.js'

/** Port and injection token: events of Kubernetes about the apps of this instance. */
export abstract class EventFeed {
  /** Calls back with each event that is new or has come twice as often, also with those that the cluster still has from before. Returns a function that ends this. */
  abstract onEvent(listener: (engineId: string, event: ClusterEvent) => void): () => void
}

const MOST_SAID = 20_000
// The object that an event is about may be seen a moment later than the event.
const AGAIN_MS = 2_000
const MOST_TRIES = 5

/** The events of all namespaces of this instance, out of the same watch that phases are derived from. */
@Injectable()
export class WatchedEvents extends EventFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly listeners = new Set<(engineId: string, event: ClusterEvent) => void>()
  private readonly said = new Map<string, number>()
  private readonly again = new Set<string>()
  private timer: NodeJS.Timeout | undefined
  private end: () => void = () => undefined

  constructor(private readonly watch: KubernetesAppWatch) {
    super()
  }

  onEvent(listener: (engineId: string, event: ClusterEvent) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  onApplicationBootstrap(): void {
    this.end = this.watch.events.onChange((object) => this.look(object))
    this.timer = setInterval(() => {
      const objects = [...this.again]
      this.again.clear()
      for (const object of objects) this.look(object)
    }, AGAIN_MS)
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
    this.end()
  }

  private look(object: string): void {
    for (const { metadata, involved, event } of this.watch.events.of(object)) {
      const tries = this.said.get(event.uid) ?? 0
      if (tries >= MOST_TRIES) continue
      const engineId = this.ownerOf(metadata.namespace ?? '', involved.name)
      this.said.set(event.uid, engineId === null ? tries + 1 : MOST_TRIES)
      if (engineId === null) this.again.add(object)
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
