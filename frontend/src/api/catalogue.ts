import { api } from './client'
import type { Query } from './client'

/** The facets by which projects are counted and narrowed; several values of one are alternatives. */
export const facetNames = ['task', 'tag', 'framework', 'licence', 'owner', 'group', 'hasApp'] as const
export type FacetName = (typeof facetNames)[number]
export interface FacetValue {
  value: string
  label: string
  count: number
}
export type Facets = Partial<Record<FacetName, FacetValue[]>>

/** The counts of a facet leave that facet's own filter out, so that they say what choosing another value would bring. */
export const getFacets = (query: Query, signal?: AbortSignal): Promise<{ total: number; facets: Facets }> =>
  api.get('/projects/facets', query, signal)

/** One thing that a search over everything finds. `url` is a path of this app. */
export interface Hit {
  kind: 'project' | 'report' | 'dataset' | 'person'
  id: string
  title: string
  text: string
  url: string
  projectTitle: string | null
}

/** What begins with or contains the words of `q`, of all that one may read. */
export const searchEverywhere = async (q: string, signal: AbortSignal): Promise<Hit[]> =>
  (await api.get<{ items: Hit[] }>('/search', { q, limit: 12 }, signal)).items
