import type { LocationQuery } from 'vue-router'
import type { Query } from '../api/client'
import { type FacetName, facetNames } from '../api/catalogue'

/** What can be sorted by. */
export const sorts = ['new', 'updated', 'viewed', 'stars'] as const
export type Sort = (typeof sorts)[number]
export const periods = ['week', 'month', 'year'] as const
export type Period = (typeof periods)[number]

/** What the catalogue shows: words, filters and an order. It lives in the address, so that reload, Back and a shared link show the same. */
export interface CatalogueQuery {
  q: string
  /** Values chosen of each facet. */
  facets: Record<FacetName, string[]>
  updated: Period | ''
  /** Empty for the usual order: what fits the words best, or the newest where there are none. */
  sort: Sort | ''
}

/** One filter that is set: what a chip shows and takes away. */
export interface ActiveFilter {
  name: FacetName | 'q' | 'updated'
  value: string
}

const list = (value: LocationQuery[string] | undefined): string[] => [
  ...new Set((Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string' && item !== '')),
]
const first = (value: LocationQuery[string] | undefined): string => list(value)[0] ?? ''

/** Reads the address. What is unknown in it counts as not there. */
export function queryFrom(location: LocationQuery): CatalogueQuery {
  const facets = Object.fromEntries(facetNames.map((name) => [name, list(location[name])])) as Record<FacetName, string[]>
  facets.hasApp = facets.hasApp.filter((value) => value === 'true' || value === 'false').slice(0, 1)
  return {
    q: first(location['q']).trim(),
    facets,
    updated: periods.find((period) => period === first(location['updated'])) ?? '',
    sort: sorts.find((sort) => sort === first(location['sort'])) ?? '',
  }
}

/** The address of a query, as short as can be: what is as usual is left out, the values of a facet have one order. */
export function locationOf({ q, facets, updated, sort }: CatalogueQuery): Record<string, string | string[]> {
  const location: Record<string, string | string[]> = {}
  if (q !== '') location['q'] = q
  for (const name of facetNames) {
    const [only, ...others] = facets[name]
    if (only !== undefined) location[name] = others.length === 0 ? only : facets[name].toSorted()
  }
  if (updated !== '') location['updated'] = updated
  if (sort !== '') location['sort'] = sort
  return location
}

/** The words and filters of a query as a call takes them; the order is apart, because counts do not depend on it. */
export const filtersOf = ({ q, facets, updated }: CatalogueQuery): Query => ({ q, ...facets, updated })

/** The same query with a value of a facet chosen, or no longer. `hasApp` has one value at a time. */
export function toggled(query: CatalogueQuery, name: FacetName, value: string): CatalogueQuery {
  const before = query.facets[name]
  const without = before.filter((item) => item !== value)
  const values = before.includes(value) ? without : name === 'hasApp' ? [value] : [...before, value]
  return { ...query, facets: { ...query.facets, [name]: values } }
}

/** The same query without one filter. */
export function withoutFilter(query: CatalogueQuery, { name, value }: ActiveFilter): CatalogueQuery {
  if (name === 'q' || name === 'updated') return { ...query, [name]: '' }
  return { ...query, facets: { ...query.facets, [name]: query.facets[name].filter((item) => item !== value) } }
}

/** The filters that are set, the words of the search first. */
export function activeFilters({ q, facets, updated }: CatalogueQuery): ActiveFilter[] {
  return [
    ...(q === '' ? [] : [{ name: 'q' as const, value: q }]),
    ...facetNames.flatMap((name) => facets[name].map((value) => ({ name, value }))),
    ...(updated === '' ? [] : [{ name: 'updated' as const, value: updated }]),
  ]
}

/** No words, no filters, the order as it is. */
export const cleared = (query: CatalogueQuery): CatalogueQuery => ({ ...queryFrom({}), sort: query.sort })
