import type { WatchEvent } from './apply-update.js'
import type { KubeApi } from './kube-api.js'
import { pathOf, type KubeObject } from './kube-objects.js'
import type { WatchSource } from './resource-watcher.js'

const PAGE = 500
// The server ends a watch after so long, so that a dead connection is never kept for good.
const WATCH_SECONDS = 240
// Bookmarks come about once a minute: so much silence means that the connection hangs.
const SILENCE_MS = 100_000

interface ListPage {
  items?: KubeObject[]
  metadata: { resourceVersion?: string; continue?: string }
}

/** Lists and watches one kind in all namespaces, by label. */
export function watchSource(api: KubeApi, kind: { apiVersion: string; kind: string }, labelSelector: string): WatchSource {
  return watchPath(api, pathOf(kind), { labelSelector })
}

/** Lists and watches what is at a path of the API server. */
export function watchPath(api: KubeApi, path: string, selector: Record<string, string>): WatchSource {
  return {
    async list() {
      const items: KubeObject[] = []
      for (let next: string | undefined; ;) {
        const page: ListPage = await api.json('GET', path, { query: { ...selector, limit: PAGE, continue: next } })
        items.push(...(page.items ?? []))
        next = page.metadata.continue || undefined
        if (next === undefined) return { items, resourceVersion: page.metadata.resourceVersion ?? '' }
      }
    },
    watch: (resourceVersion, signal) => lines(api, path, { ...selector, resourceVersion }, signal),
  }
}

async function* lines(api: KubeApi, path: string, query: Record<string, string>, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  const decoder = new TextDecoder()
  let rest = ''
  const all = { ...query, watch: true, allowWatchBookmarks: true, timeoutSeconds: WATCH_SECONDS }
  for await (const piece of api.stream(path, all, { signal, idleMs: SILENCE_MS })) {
    rest += decoder.decode(piece, { stream: true })
    const parts = rest.split('\n')
    rest = parts.pop() ?? ''
    for (const line of parts) if (line !== '') yield JSON.parse(line) as WatchEvent
  }
}
