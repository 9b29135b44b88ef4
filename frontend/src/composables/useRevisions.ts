import { ref, shallowRef, watch, type Ref, type ShallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../api/client'
import * as api from '../api/engines'
import type { EngineRevision } from '../components/models'

export interface Revisions {
  /** The newest first; null before the first answer. */
  items: ShallowRef<EngineRevision[] | null>
  hasMore: Ref<boolean>
  loading: Ref<boolean>
  problem: ShallowRef<ApiProblem | null>
  reload: () => Promise<void>
  more: () => Promise<void>
}

/** The revisions of an app, read again whenever there is a new one. */
export function useRevisions(id: () => string, generation: () => number): Revisions {
  const items = shallowRef<EngineRevision[] | null>(null)
  const hasMore = ref(false)
  const loading = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  let cursor: string | null = null
  let round = 0

  async function read(from: string | null): Promise<void> {
    const mine = (round += 1)
    loading.value = true
    try {
      const page = await api.listRevisions(id(), from)
      if (mine !== round) return
      items.value = from === null ? page.items : [...(items.value ?? []), ...page.items]
      cursor = page.nextCursor
      hasMore.value = cursor !== null
      problem.value = null
    } catch (error) {
      if (mine === round) problem.value = asProblem(error)
    } finally {
      if (mine === round) loading.value = false
    }
  }

  watch(id, () => (items.value = null))
  watch([id, generation], () => void read(null), { immediate: true })

  return { items, hasMore, loading, problem, reload: () => read(null), more: () => read(cursor) }
}
