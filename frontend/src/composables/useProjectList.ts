import { computed, ref, shallowRef } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { asProblem, isAbort } from '../api/client'
import type { ApiProblem, Query } from '../api/client'
import { listProjects } from '../api/projects'
import type { ProjectPage } from '../api/generated'
import type { Project } from '../components/models'

/** A list of projects that grows page by page. */
export interface ProjectList {
  items: ComputedRef<Project[]>
  /** How many there are on all pages; null before the first answer. */
  total: ComputedRef<number | null>
  hasMore: ComputedRef<boolean>
  loading: Ref<boolean>
  /** Whether what is shown answers the query that was asked last. */
  current: ComputedRef<boolean>
  problem: ShallowRef<ApiProblem | null>
  /**
   * Reads the first page. An answer that is overtaken by a later search is dropped. A query that was answered before is shown at once,
   * with all the pages that were read of it, and brought up to date; otherwise what is shown stays until the answer is there.
   */
  search: (query: Query) => Promise<void>
  more: () => Promise<void>
  /** Shows a change of a project wherever it is listed. */
  replace: (project: Project) => void
  remove: (id: string) => void
  /** What was answered can no longer be right. */
  forget: () => void
}

interface Answer {
  key: string
  query: Query
  items: Project[]
  cursor: string | null
  total: number
}

/** The first page anew in place of the old one, before the further pages as they were read; those go where the two do not meet. */
function joined(before: Answer | undefined, page: ProjectPage): Pick<Answer, 'items' | 'cursor'> {
  const last = page.items.at(-1)
  const meet = page.nextCursor === null ? -1 : (before?.items.findIndex(({ id }) => id === last?.id) ?? -1)
  if (!before || meet === -1) return { items: page.items, cursor: page.nextCursor }
  const fresh = new Set(page.items.map(({ id }) => id))
  return { items: [...page.items, ...before.items.slice(meet + 1).filter(({ id }) => !fresh.has(id))], cursor: before.cursor }
}

/** @param kept how many answers are kept, so that going back to one is instant */
export function useProjectList(kept = 1): ProjectList {
  /** The answer that was used last is the last one. */
  const answers = new Map<string, Answer>()
  const shown = shallowRef<Answer | null>(null)
  const wanted = ref('')
  const loading = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  let running: AbortController | null = null

  function show(answer: Answer): void {
    answers.delete(answer.key)
    answers.set(answer.key, answer)
    for (const key of answers.keys()) if (answers.size > kept) answers.delete(key)
    shown.value = answer
  }

  /** Runs one reading; the one before it is given up. */
  async function read(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    running?.abort()
    const mine = new AbortController()
    running = mine
    loading.value = true
    try {
      await act(mine.signal)
      if (running === mine) problem.value = null
    } catch (error) {
      if (running !== mine || isAbort(error)) return
      problem.value = asProblem(error)
    } finally {
      if (running === mine) loading.value = false
    }
  }

  function search(query: Query): Promise<void> {
    const key = JSON.stringify(query)
    wanted.value = key
    const before = answers.get(key)
    if (before) show(before)
    return read(async (signal) => {
      const page = await listProjects(query, null, signal)
      if (signal.aborted) return
      show({ key, query, total: page.total, ...joined(answers.get(key), page) })
    })
  }

  async function more(): Promise<void> {
    const before = shown.value
    if (!before || before.cursor === null || loading.value) return
    await read(async (signal) => {
      const page = await listProjects(before.query, before.cursor, signal)
      if (signal.aborted) return
      const known = new Set(before.items.map(({ id }) => id))
      const items = [...before.items, ...page.items.filter(({ id }) => !known.has(id))]
      show({ ...before, items, cursor: page.nextCursor, total: page.total })
    })
  }

  function change(edit: (answer: Answer) => Answer): void {
    for (const [key, answer] of answers) answers.set(key, edit(answer))
    if (shown.value) shown.value = edit(shown.value)
  }

  return {
    items: computed(() => shown.value?.items ?? []),
    total: computed(() => shown.value?.total ?? null),
    hasMore: computed(() => shown.value !== null && shown.value.cursor !== null),
    loading,
    current: computed(() => shown.value?.key === wanted.value),
    problem,
    search,
    more,
    replace: (project) => {
      change((answer) => ({ ...answer, items: answer.items.map((item) => (item.id === project.id ? project : item)) }))
    },
    remove: (id) => {
      change((answer) => {
        const items = answer.items.filter((item) => item.id !== id)
        return { ...answer, items, total: answer.total - (answer.items.length - items.length) }
      })
    },
    forget: () => {
      answers.clear()
    },
  }
}
