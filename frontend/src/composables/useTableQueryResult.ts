import { onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import { asProblem, isAbort } from '../api/client'
import type { ApiProblem, Query } from '../api/client'
import type { TableQuery } from './useTableQuery'

/** A page of a list as it was answered last. */
export interface TableResult<T> {
  /** Null before the first answer. */
  items: ShallowRef<T[] | null>
  nextCursor: Ref<string | null>
  /** How many there are on all pages; null where the portal does not count. */
  total: Ref<number | null>
  loading: Ref<boolean>
  problem: ShallowRef<ApiProblem | null>
  reload: () => Promise<void>
}

type Load<T> = (params: Query, signal: AbortSignal) => Promise<{ items: T[]; nextCursor: string | null; total?: number }>

/** Reads the page that `query` asks for, again whenever that changes; an answer that is overtaken is dropped. */
export function useTableQueryResult<T>(query: Pick<TableQuery, 'params' | 'page' | 'first'>, load: Load<T>): TableResult<T> {
  const items = shallowRef<T[] | null>(null)
  const nextCursor = ref<string | null>(null)
  const total = ref<number | null>(null)
  const loading = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  let running: AbortController | null = null

  async function reload(): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    loading.value = true
    try {
      const page = await load(query.params.value, mine.signal)
      if (running !== mine) return
      items.value = page.items
      nextCursor.value = page.nextCursor
      total.value = page.total ?? null
      problem.value = null
      // What was on this page has gone meanwhile.
      if (page.items.length === 0 && query.page.value > 1) query.first()
    } catch (error) {
      if (running !== mine || isAbort(error)) return
      problem.value = asProblem(error)
      // A link from before the order of the list changed.
      if (problem.value.code === 'invalid-cursor' && query.page.value > 1) query.first()
    } finally {
      if (running === mine) loading.value = false
    }
  }

  watch(
    () => JSON.stringify(query.params.value),
    () => void reload(),
    { immediate: true },
  )
  onScopeDispose(() => running?.abort())

  return { items, nextCursor, total, loading, problem, reload }
}
