import type { AccessFilter } from '../../common/policy/policy.js'

/** What projects can be narrowed by, several values of one meaning any of them. */
export const FACETS = ['task', 'tag', 'framework', 'licence', 'owner', 'group', 'hasApp'] as const
export type Facet = (typeof FACETS)[number]

/** Which projects: all that one may read, one's own, of these those that were never published, those that others share with one, those with one's star. */
export const SCOPES = ['all', 'mine', 'drafts', 'shared', 'starred'] as const
export type CatalogueScope = (typeof SCOPES)[number]

/** By what projects can be sorted, the highest first. */
export const SORTS = ['new', 'updated', 'viewed', 'stars'] as const
export type CatalogueSort = (typeof SORTS)[number]

/** Since when a project was changed. */
export const PERIODS = ['week', 'month', 'year'] as const
export type Period = (typeof PERIODS)[number]

/** What a search is for; what is left out narrows nothing. */
export interface CatalogueFilter {
  /** Only those that the caller may read, by the policy. */
  access: NonNullable<AccessFilter>
  /** Whether the caller may know who the members of a project are. */
  seesMembers: boolean
  /** Who asks, for the scopes that are about them; null for someone without an account, who has none of these. */
  me: { id: string; groupIds: readonly string[] } | null
  scope: CatalogueScope
  /** The projects with the caller's star, for that scope. */
  starred?: ReadonlySet<string>
  /** Folded words, each of which begins a word of the project. */
  words: readonly string[]
  /** Changed then or later, in milliseconds. */
  since?: number
  facets: Partial<Record<Facet, ReadonlySet<string>>>
}

/** What a project comes after, in the order of a search: what it is sorted by, the newer first where that is the same, then its id. */
export interface CataloguePosition {
  key: number
  created: number
  id: string
}

/** The order: by `relevance` the closest match first. */
export type CatalogueOrder = CatalogueSort | 'relevance'

/** A part of what a search finds. */
export interface CataloguePageQuery {
  filter: CatalogueFilter
  order: CatalogueOrder
  after?: CataloguePosition
  limit: number
}

/** How many projects have a value. */
export interface FacetCount {
  value: string
  count: number
}
