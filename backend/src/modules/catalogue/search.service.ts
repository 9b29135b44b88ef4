import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { can, filterFor } from '../../common/policy/policy.js'
import type { User } from '../iam/users/user.js'
import { UserRepository } from '../iam/users/user.repository.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import type { SearchThing } from '../projects/search-text.js'
import { wordsOf } from '../projects/search-words.js'
import { HIT_KINDS, type HitDto, type HitsDto, type SearchQuery } from './catalogue.dto.js'
import { CatalogueIndex, type FoundThing } from './catalogue-index.js'

const MAX_TEXT = 160

/** Finds anything by its name, and projects by all their words, among what the caller may read. */
@Injectable()
export class SearchService {
  constructor(
    private readonly index: CatalogueIndex,
    private readonly projects: ProjectsService,
    private readonly users: UserRepository,
  ) {}

  async search(auth: AuthContext, { q, limit }: SearchQuery): Promise<HitsDto> {
    const words = wordsOf(q)
    if (words.length === 0) return { items: [] }
    const projectIds = this.projectIds(auth, words, limit)
    const reports = this.index.things('report', filterFor(auth, 'project:read'), words, limit)
    const datasets = this.index.things('dataset', filterFor(auth, 'dataset:read'), words, limit)
    const people = can(auth, 'directory:read') ? await this.users.findByPrefix(q.trim(), limit) : []
    const ids = [...projectIds, ...[...reports, ...datasets].map(({ projectId }) => projectId)]
    const { projects } = await this.projects.readable(auth, [...new Set(ids)])
    const byId = new Map(projects.map((project) => [project.id, project]))
    const inProject = (thing: FoundThing): HitDto[] => {
      const project = byId.get(thing.projectId)
      return project ? [thingHit(thing, project)] : []
    }
    const found = [
      projectIds.flatMap((id) => byId.get(id) ?? []).map(projectHit),
      reports.flatMap(inProject),
      datasets.flatMap(inProject),
      people.map(personHit),
    ]
    const items = shareOut(found, limit)
    return { items: items.sort((a, b) => HIT_KINDS.indexOf(a.kind) - HIT_KINDS.indexOf(b.kind)) }
  }

  private projectIds(auth: AuthContext, words: string[], limit: number): string[] {
    const access = filterFor(auth, 'project:read')
    if (access === null) return []
    const filter = { access, seesMembers: false, me: null, scope: 'all', words, facets: {} } as const
    const { found } = this.index.page({ filter, order: 'relevance', limit })
    return found.slice(0, limit).map(({ id }) => id)
  }
}

/** Takes from each list in turn until there are enough: none crowds out another. */
export function shareOut<T>(lists: readonly (readonly T[])[], limit: number): T[] {
  const longest = Math.max(...lists.map(({ length }) => length))
  const taken: T[] = []
  for (let place = 0; place < longest && taken.length < limit; place++)
    for (const list of lists) if (place < list.length && taken.length < limit) taken.push(...list.slice(place, place + 1))
  return taken
}

const projectHit = ({ id, title, summary, slug }: Project): HitDto => ({
  kind: 'project',
  id,
  title,
  text: (summary.split('\n')[0] ?? '').slice(0, MAX_TEXT),
  url: `/p/${slug}`,
  projectTitle: null,
})

const PATHS: Record<SearchThing['kind'], (id: string) => string> = { report: (id) => `reports/${id}`, dataset: () => 'data' }

const thingHit = ({ kind, id, title }: FoundThing, project: Project): HitDto => ({
  kind,
  id,
  title,
  text: '',
  url: `/p/${project.slug}/${PATHS[kind](id)}`,
  projectTitle: project.title,
})

const personHit = ({ id, username, displayName }: User): HitDto => ({
  kind: 'person',
  id,
  title: displayName,
  text: username,
  url: `/?owner=${id}`,
  projectTitle: null,
})
