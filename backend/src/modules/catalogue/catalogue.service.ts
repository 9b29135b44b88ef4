import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { decodeCursor, toPage } from '../../common/pagination/pagination.js'
import { can, filterFor } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { Directory } from '../iam/directory/directory.js'
import { ProjectPresenter, type ProjectFigures } from '../projects/project.presenter.js'
import { ProjectsService } from '../projects/projects.service.js'
import { wordsOf } from '../projects/search-words.js'
import type { FacetsDto, FacetValueDto, ProjectFacetsDto, ProjectListQuery, ProjectPage } from './catalogue.dto.js'
import { CatalogueIndex } from './catalogue-index.js'
import {
  FACETS,
  type CatalogueFilter,
  type CatalogueOrder,
  type CataloguePosition,
  type Facet,
  type FacetCount,
  type Period,
} from './catalogue-query.js'
import { StarsService } from './stars.service.js'

const DAYS: Record<Period, number> = { week: 7, month: 30, year: 365 }
const DAY_MS = 86_400_000
const MOST_VALUES = 20

/** The use cases of the catalogue. */
@Injectable()
export class CatalogueService {
  constructor(
    private readonly index: CatalogueIndex,
    private readonly projects: ProjectsService,
    private readonly presenter: ProjectPresenter,
    private readonly stars: StarsService,
    private readonly directory: Directory,
  ) {
    presenter.useFigures((auth, ids) => this.figuresOf(auth, ids))
  }

  /** A page of the projects that the caller may read. The index says which; what is shown of them is read and asked for anew. */
  async list(auth: AuthContext, query: ProjectListQuery): Promise<ProjectPage> {
    const { cursor, limit } = query
    const filter = await this.filterOf(auth, query)
    if (filter === null) return { items: [], nextCursor: null, total: 0 }
    const order = query.sort ?? (filter.words.length > 0 ? 'relevance' : 'new')
    const after = cursor === undefined ? {} : { after: readCursor(cursor, order) }
    const { found, total } = this.index.page({ filter, order, ...after, limit })
    const page = toPage(found, limit, ({ key, created, id }) => [order, key, created, id])
    const { projects, gone } = await this.projects.readable(
      auth,
      page.items.map(({ id }) => id),
    )
    for (const id of gone) this.index.remove(id)
    return { items: await this.presenter.many(auth, projects), nextCursor: page.nextCursor, total }
  }

  /** How many projects there are by each value that they can be narrowed by. */
  async facets(auth: AuthContext, query: ProjectListQuery): Promise<ProjectFacetsDto> {
    const filter = await this.filterOf(auth, query)
    const { total, facets } = filter === null ? { total: 0, facets: null } : this.index.count(filter)
    const most = (facet: Facet) => mostOf(facets?.[facet] ?? [], filter?.facets[facet])
    const [owners, groups] = [most('owner'), most('group')]
    const names = await this.directory.namesOf([
      ...owners.map(({ value }) => ({ kind: 'user' as const, id: value })),
      ...groups.map(({ value }) => ({ kind: 'group' as const, id: value })),
    ])
    const named = (kind: 'user' | 'group', counts: FacetCount[]): FacetValueDto[] =>
      counts.flatMap(({ value, count }) => {
        const name = names.get(`${kind}:${value}`)
        return name ? [{ value, label: name.displayName || name.name, count }] : []
      })
    const plain = (facet: Facet): FacetValueDto[] => most(facet).map(({ value, count }) => ({ value, label: value, count }))
    const listed: FacetsDto = {
      task: plain('task'),
      tag: plain('tag'),
      framework: plain('framework'),
      licence: plain('licence'),
      owner: named('user', owners),
      group: named('group', groups),
      hasApp: plain('hasApp'),
    }
    return { total, facets: listed }
  }

  private async figuresOf(auth: AuthContext, ids: string[]): Promise<Map<string, ProjectFigures>> {
    const starred = await this.stars.among(auth, ids)
    return new Map(
      ids.map((id) => {
        const { stars, views } = this.index.figuresOf(id)
        return [id, { stars, views, starred: starred.has(id), phase: this.index.phaseOf(id) }]
      }),
    )
  }

  /** What the caller asks for, within what they may read; null when that is nothing. */
  private async filterOf(auth: AuthContext, query: ProjectListQuery): Promise<CatalogueFilter | null> {
    const access = filterFor(auth, 'project:read')
    if (access === null) return null
    const { q, scope, updated } = query
    const facets: CatalogueFilter['facets'] = {}
    for (const facet of FACETS) {
      const values = query[facet]
      if (values && values.length > 0) facets[facet] = new Set(values)
    }
    return {
      access,
      seesMembers: can(auth, 'project:members'),
      me: auth.via === 'anonymous' ? null : { id: auth.user.id, groupIds: auth.user.groupIds },
      scope,
      ...(scope === 'starred' ? { starred: await this.stars.of(auth) } : {}),
      words: wordsOf(q ?? ''),
      ...(updated === undefined ? {} : { since: now().getTime() - DAYS[updated] * DAY_MS }),
      facets,
    }
  }
}

/** The most frequent values, and those that are chosen, which stay in sight. */
function mostOf(counts: FacetCount[], chosen: ReadonlySet<string> | undefined): FacetCount[] {
  const sorted = counts.toSorted((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
  const listed = sorted.filter(({ value }, i) => i < MOST_VALUES || chosen?.has(value))
  const missing = [...(chosen ?? [])].filter((value) => !listed.some((each) => each.value === value))
  return [...listed, ...missing.map((value) => ({ value, count: 0 }))]
}

/** A cursor is for the order that it was made in. */
function readCursor(cursor: string, order: CatalogueOrder): CataloguePosition {
  const [made, key, created, id] = decodeCursor(cursor, ['string', 'number', 'number', 'string'])
  if (made !== order) throw new DomainError('invalid-cursor')
  return { key: Number(key), created: Number(created), id: String(id) }
}
