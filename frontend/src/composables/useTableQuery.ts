import { computed, ref, watch } from 'vue'
import type { ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'
import type { LocationQuery } from 'vue-router'
import type { Query } from '../api/client'

export type Order = 'asc' | 'desc'

interface TableQueryOptions<F extends string> {
  /** The filters by name: the values that each can have, or null for free text. An unknown value in the address counts as none. */
  filters: Record<F, readonly string[] | null>
  /** What can be sorted by, the usual one first; none for a list in one order. */
  sorts?: readonly string[]
  order?: Order
}

/** What a table shows, as the address has it. */
export interface TableQuery<F extends string = string> {
  filters: ComputedRef<Record<F, string>>
  /** Whether any filter is set. */
  filtered: ComputedRef<boolean>
  sort: ComputedRef<string>
  order: ComputedRef<Order>
  /** From 1. */
  page: ComputedRef<number>
  /** The filters and the order, as a call takes them: what an export needs. */
  selection: ComputedRef<Query>
  /** The same with the cursor. */
  params: ComputedRef<Query>
  /** Changes filters and goes to the first page. While one types, the address is replaced: Back does not go through each letter. */
  set: (changes: Partial<Record<F, string>>, how?: 'push' | 'replace') => void
  sortBy: (column: string, order: Order) => void
  next: (cursor: string) => void
  previous: () => void
  first: () => void
  clear: () => void
}

/** So many cursors of earlier pages are in the address; further back one goes by way of the first page. */
const kept = 10

const one = (value: LocationQuery[string] | undefined): string => (typeof value === 'string' ? value : '')
const list = (value: LocationQuery[string] | undefined): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string' && item !== '')

/**
 * The state of a table, kept in the query of the address: filters by their names, `sort`, `order`, `page`, and `after`, the cursors
 * that led to this page. So reload, Back and a shared link show the same.
 */
export function useTableQuery<F extends string>(options: TableQueryOptions<F>): TableQuery<F> {
  const route = useRoute()
  const router = useRouter()
  const here = route.name
  /** The last query of this page: on the way out the address is another page's already. */
  const query = ref<LocationQuery>(route.query)
  watch(
    () => route.query,
    (now) => {
      if (route.name === here) query.value = now
    },
  )

  const names = Object.keys(options.filters) as F[]
  const sorts = options.sorts ?? []
  const usualSort = sorts[0] ?? ''
  const usualOrder = options.order ?? 'asc'

  function valueOf(name: F): string {
    const value = one(query.value[name])
    const allowed = options.filters[name]
    return allowed === null || allowed.includes(value) ? value : ''
  }
  const filters = computed(() => Object.fromEntries(names.map((name) => [name, valueOf(name)])) as Record<F, string>)
  const filtered = computed(() => names.some((name) => filters.value[name] !== ''))
  const sort = computed(() => sorts.find((name) => name === query.value['sort']) ?? usualSort)
  const order = computed((): Order => {
    const given = query.value['order']
    return given === 'asc' || given === 'desc' ? given : usualOrder
  })
  const cursors = computed(() => list(query.value['after']))
  const page = computed(() => (cursors.value.length === 0 ? 1 : Math.max(2, Math.trunc(Number(one(query.value['page']))) || 2)))

  const selection = computed((): Query => ({ ...filters.value, ...(usualSort === '' ? {} : { sort: sort.value, order: order.value }) }))
  const params = computed((): Query => ({ ...selection.value, cursor: cursors.value.at(-1) }))

  function go(changes: Record<string, string | string[]>, how: 'push' | 'replace' = 'push'): void {
    const next: LocationQuery = { ...query.value }
    for (const [name, value] of Object.entries(changes)) {
      if (value.length === 0) delete next[name]
      else next[name] = value
    }
    // Two changes in one go both count, before the router has moved.
    query.value = next
    void router[how]({ query: next })
  }
  const start = { after: [], page: '' }

  return {
    filters,
    filtered,
    sort,
    order,
    page,
    selection,
    params,
    set: (changes, how = 'push') => {
      go({ ...start, ...(changes as Record<string, string>) }, how)
    },
    sortBy: (column, wanted) => {
      go({ ...start, sort: column === usualSort ? '' : column, order: wanted === usualOrder ? '' : wanted })
    },
    next: (cursor) => {
      go({ after: [...cursors.value, cursor].slice(-kept), page: String(page.value + 1) })
    },
    previous: () => {
      const rest = cursors.value.slice(0, -1)
      go(rest.length === 0 ? start : { after: rest, page: String(page.value - 1) })
    },
    first: () => {
      go(start, 'replace')
    },
    clear: () => {
      go({ ...start, ...Object.fromEntries(names.map((name) => [name, ''])) })
    },
  }
}
