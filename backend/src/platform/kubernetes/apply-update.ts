import type { KubeObject } from './kube-objects.js'

/** One line of a watch, as the API server sends it. */
export interface WatchEvent {
  type: string
  object: unknown
}

/** What an event means for a store: nothing in it is changed yet. */
export type Update<T> =
  | { change: 'put'; key: string; object: T; resourceVersion: string | null }
  | { change: 'remove'; key: string; object: T; resourceVersion: string | null }
  /** A bookmark, or an event about something that is not in the store. */
  | { change: 'none'; resourceVersion: string | null }
  /** The API server ended the watch with an error of this code; 410 means: list again. */
  | { change: 'error'; code: number; message: string }

/** Where an object is in a store. */
export const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''}/${metadata.name}`

/**
 * What one event of a watch does to a store of objects. Pure: the watcher carries it out.
 * Adding what is there and changing what is not there are the same, since a watch that goes on after a break may say either.
 */
export function applyUpdate<T extends KubeObject>(
  store: ReadonlyMap<string, T>,
  event: WatchEvent,
  project: (raw: KubeObject) => T,
): Update<T> {
  if (event.type === 'ERROR') {
    const status = event.object as { code?: number; message?: string } | null
    return { change: 'error', code: status?.code ?? 0, message: status?.message ?? 'the watch was ended by the API server' }
  }
  const raw = event.object as KubeObject | null
  const resourceVersion = raw?.metadata?.resourceVersion ?? null
  if (event.type === 'BOOKMARK' || !raw?.metadata?.name) return { change: 'none', resourceVersion }
  const key = keyOf(raw)
  if (event.type === 'ADDED' || event.type === 'MODIFIED') return { change: 'put', key, object: project(raw), resourceVersion }
  const known = store.get(key)
  // Deleted and made again under the same name while the watch was broken: what is in the store is the newer one.
  if (event.type !== 'DELETED' || !known || known.metadata.uid !== raw.metadata.uid) return { change: 'none', resourceVersion }
  return { change: 'remove', key, object: project(raw), resourceVersion }
}

/** What a full list does to a store: what to put (new or changed) and what to remove, so that listeners hear of what they missed. */
export function applyList<T extends KubeObject>(store: ReadonlyMap<string, T>, items: T[]): { put: [string, T][]; remove: [string, T][] } {
  const listed = new Map(items.map((item) => [keyOf(item), item]))
  return {
    put: [...listed].filter(([key, item]) => store.get(key)?.metadata.resourceVersion !== item.metadata.resourceVersion),
    remove: [...store].filter(([key]) => !listed.has(key)),
  }
}
