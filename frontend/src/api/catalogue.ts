import { api } from './client'
import type { Query } from './client'
import type { FacetsDto, HitDto, HitsDto, ProjectFacetsDto } from './generated'

/** The facets by which projects are counted and narrowed; several values of one are alternatives. */
export const facetNames = ['task', 'tag', 'framework', 'licence', 'owner', 'group', 'hasApp'] as const
export type FacetName = (typeof facetNames)[number]
export type Facets = FacetsDto

/** The counts of a facet leave that facet's own filter out, so that they say what choosing another value would bring. */
export const getFacets = (query: Query, signal?: AbortSignal): Promise<ProjectFacetsDto> => api.get('/projects/facets', query, signal)

/** One thing that a search over everything finds. `url` is a path of this app. */
export type Hit = HitDto

/** What begins with or contains the words of `q`, of all that one may read. */
export const searchEverywhere = async (q: string, signal: AbortSignal): Promise<Hit[]> =>
  (await api.get<HitsDto>('/search', { q, limit: 12 }, signal)).items
