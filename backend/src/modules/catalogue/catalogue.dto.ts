import { OmitType } from '@nestjs/swagger'
import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { OneOf, OneOfList, Out, Repeated, Text, TextList } from '../../common/validation/fields.js'
import { TASKS } from '../projects/project.js'
import { ProjectDto } from '../projects/projects.dto.js'
import { PERIODS, SCOPES, SORTS, type CatalogueScope, type CatalogueSort, type Period } from './catalogue-query.js'

const WORDS = { max: 200, optional: true, description: 'words that must all occur; the beginning of each is enough' }
const VALUES = { most: 20, optional: true }
const IDS = { ...VALUES, max: 26 }

export class ProjectListQuery extends PageQuery {
  @Text(WORDS)
  q?: string

  @Repeated()
  @OneOfList(TASKS.filter((task) => task !== ''), {
    optional: true,
    description: 'any of these; so with all that can be given more than once',
  })
  task?: string[]

  @Repeated()
  @TextList({ ...VALUES, max: 40 })
  tag?: string[]

  @Repeated()
  @TextList({ ...VALUES, max: 40 })
  framework?: string[]

  @Repeated()
  @TextList({ ...VALUES, max: 80 })
  licence?: string[]

  @Repeated()
  @TextList({ ...IDS, description: 'ids of people' })
  owner?: string[]

  @Repeated()
  @TextList({ ...IDS, description: 'ids of groups that have a role in it' })
  group?: string[]

  @Repeated()
  @OneOfList(['true', 'false'], { optional: true })
  hasApp?: string[]

  @OneOf(PERIODS, { optional: true, description: 'changed within the last 7, 30 or 365 days' })
  updated?: Period

  @OneOf(SCOPES, {
    optional: true,
    description:
      'mine: your own; drafts: of these those that were never published; shared: those of others in which you have a role; starred: those with your star',
  })
  scope: CatalogueScope = 'all'

  @OneOf(SORTS, {
    optional: true,
    description: 'the highest first; without it what fits the words best, or the newest where there are none',
  })
  sort?: CatalogueSort
}

export class ProjectPage extends PageOf(ProjectDto) {
  @Out({ type: 'integer', description: 'how many there are on all pages' }) total: number
}

export class FacetValueDto {
  @Out({ description: 'what to filter by' }) value: string
  @Out({ description: 'what to show' }) label: string
  @Out({ type: 'integer', description: 'how many projects choosing it would show' }) count: number
}

export class FacetsDto {
  @Out({ type: [FacetValueDto] }) task: FacetValueDto[]
  @Out({ type: [FacetValueDto] }) tag: FacetValueDto[]
  @Out({ type: [FacetValueDto] }) framework: FacetValueDto[]
  @Out({ type: [FacetValueDto] }) licence: FacetValueDto[]
  @Out({ type: [FacetValueDto] }) owner: FacetValueDto[]
  @Out({ type: [FacetValueDto] }) group: FacetValueDto[]
  @Out({ type: [FacetValueDto] }) hasApp: FacetValueDto[]
}

export class ProjectFacetsDto {
  @Out({ type: 'integer' }) total: number
  @Out({ description: 'the most frequent values, and those that are chosen; without the filter by the facet itself' }) facets: FacetsDto
}

export class StarDto {
  @Out({ type: 'integer' }) stars: number
  @Out() starred: boolean
}

export class SearchQuery extends OmitType(PageQuery, ['cursor']) {
  @Text({ max: 200, optional: true, description: 'words; the beginning of each is enough' })
  q: string = ''
}

/** The kinds of things that a search over everything finds, in the order in which they are shown. */
export const HIT_KINDS = ['project', 'report', 'dataset', 'person'] as const
export type HitKind = (typeof HIT_KINDS)[number]

export class HitDto {
  @Out({ enum: HIT_KINDS }) kind: HitKind
  @Out() id: string
  @Out() title: string
  @Out({ description: 'a line about it; may be empty' }) text: string
  @Out({ description: 'its path in the page', example: '/p/iris-classifier' }) url: string
  @Out({ type: String, nullable: true, description: 'the project that it is in' }) projectTitle: string | null
}

export class HitsDto {
  @Out({ type: [HitDto] }) items: HitDto[]
}
