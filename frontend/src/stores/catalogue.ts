import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import * as api from '../api/catalogue'
import type { FacetName, Facets } from '../api/catalogue'
import { asProblem, isAbort } from '../api/client'
import type { Query } from '../api/client'
import { getProject, listProjects } from '../api/projects'
import { activeFilters, filtersOf, withoutFilter } from '../composables/catalogue-query'
import type { ActiveFilter, CatalogueQuery } from '../composables/catalogue-query'
import { useProjectList } from '../composables/useProjectList'
import { useLiveStore } from './live'

/** How many answers are kept, so that Back shows at once what was there. */
const kept = 8

/** A filter without which something would be found, and how much. */
export interface WayOut {
  filter: ActiveFilter
  count: number
}

/** The catalogue: the projects that answer a query, and the counts of its facets. It outlives the page, so that Back finds all as it was. */
export const useCatalogueStore = defineStore('catalogue', () => {
  const live = useLiveStore()
  const list = useProjectList(kept)

  const facets = shallowRef<Facets | null>(null)
  const facetsFailed = ref(false)
  /** What the values of facets are called, as far as any answer said so. */
  const labels = shallowRef(new Map<string, string>())
  const waysOut = shallowRef<WayOut[]>([])
  let counting: AbortController | null = null
  let counted = ''
  let looking: AbortController | null = null

  const labelOf = (name: FacetName, value: string): string => labels.value.get(`${name} ${value}`) ?? value

  async function count(filters: Query, anew: boolean): Promise<void> {
    const key = JSON.stringify(filters)
    if (!anew && key === counted) return
    counting?.abort()
    const mine = new AbortController()
    counting = mine
    try {
      const answer = await api.getFacets(filters, mine.signal)
      if (counting !== mine) return
      const known = new Map(labels.value)
      for (const name of api.facetNames) {
        for (const { value, label } of answer.facets[name]) known.set(`${name} ${value}`, label)
      }
      labels.value = known
      facets.value = answer.facets
      facetsFailed.value = false
      counted = key
    } catch (error) {
      if (isAbort(error) || counting !== mine) return
      // The cards are what counts; they tell the problem when it is theirs too.
      asProblem(error)
      facetsFailed.value = true
    }
  }

  /** Where nothing is found: which filter to take away, the one that brings most first. */
  async function lookForWaysOut(query: CatalogueQuery): Promise<void> {
    looking?.abort()
    waysOut.value = []
    const filters = activeFilters(query)
    if (list.total.value !== 0 || list.problem.value || filters.length < 2) return
    const mine = new AbortController()
    looking = mine
    try {
      const counts = await Promise.all(
        filters.map(async (filter): Promise<WayOut> => {
          const { total } = await listProjects(filtersOf(withoutFilter(query, filter)), null, mine.signal, 1)
          return { filter, count: total }
        }),
      )
      if (looking === mine) waysOut.value = counts.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count)
    } catch (error) {
      // A help that does not come is no failure of its own.
      if (!isAbort(error)) asProblem(error)
    }
  }

  /** Shows what answers a query; `anew` also reads counts that are known. */
  async function show(query: CatalogueQuery, anew = false): Promise<void> {
    looking?.abort()
    const filters = filtersOf(query)
    const counts = count(filters, anew)
    await list.search({ ...filters, sort: query.sort })
    await lookForWaysOut(query)
    await counts
  }

  async function reread(id: string): Promise<void> {
    try {
      list.replace(await getProject(id))
    } catch (error) {
      // Deleted or out of reach: what is on the page stays until one acts on it, and acting tells.
      asProblem(error)
    }
  }
  live.on('project.changed', ({ projectId, revision }) => {
    const known = list.items.value.find(({ id }) => id === projectId)
    if (known && known.revision < revision) void reread(projectId)
  })

  return {
    items: list.items,
    total: list.total,
    hasMore: list.hasMore,
    loading: list.loading,
    current: list.current,
    problem: list.problem,
    facets,
    facetsFailed,
    waysOut,
    labelOf,
    show,
    more: list.more,
    replace: list.replace,
    remove: list.remove,
    /** What was counted and listed can no longer be right. */
    forget: (): void => {
      list.forget()
      counted = ''
    },
  }
})
