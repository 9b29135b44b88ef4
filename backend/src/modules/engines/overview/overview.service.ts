import { Injectable } from '@nestjs/common'
import { decodeCursor, toPage } from '../../../common/pagination/pagination.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { UserRepository } from '../../iam/users/user.repository.js'
import { ProjectsService } from '../../projects/projects.service.js'
import { EngineRepository } from '../engine.repository.js'
import type { EngineFilter, EnginePosition, EngineSort } from './engine-search.js'
import { AppOverviewDto, type AppOverviewPage, type AppOverviewQuery } from './overview.dto.js'

// A search for more words, or for a word that is in more names, is no search.
const MOST_WORDS = 5
const MOST_PEOPLE = 200

/** Every app of the instance, for admins. */
@Injectable()
export class OverviewService {
  constructor(
    private readonly engines: EngineRepository,
    private readonly projects: ProjectsService,
    private readonly users: UserRepository,
  ) {}

  async list(query: AppOverviewQuery): Promise<AppOverviewPage> {
    const { sort, order, cursor, limit } = query
    const filter = await this.filterOf(query)
    const [found, total] = await Promise.all([
      this.engines.searchAll({
        ...filter,
        sort,
        descending: order === 'desc',
        ...(cursor === undefined ? {} : { after: readCursor(cursor, sort, order) }),
        limit,
      }),
      this.engines.countAll(filter),
    ])
    const page = toPage(found, limit, ({ position: { value, id } }) => [`${sort} ${order}`, textOf(value), id])
    const engines = page.items.map(({ engine }) => engine)
    const projects = await this.projects.mapOf(engines.map(({ projectId }) => projectId))
    const users = await this.users.mapOf([
      ...[...projects.values()].map(({ ownerId }) => ownerId),
      ...engines.flatMap(({ deploy }) => deploy.by?.id ?? []),
    ])
    const items = engines.map((engine) => AppOverviewDto.from(engine, projects.get(engine.projectId) ?? null, users))
    return { items, nextCursor: page.nextCursor, total }
  }

  private async filterOf({ q = '', phase, driver }: AppOverviewQuery): Promise<EngineFilter> {
    const words = [...new Set(q.toLowerCase().split(/\s+/).filter(Boolean))].slice(0, MOST_WORDS)
    return {
      words: await Promise.all(words.map(async (text) => ({ text, projectIds: await this.projectsOf(text) }))),
      ...(phase === undefined ? {} : { phase }),
      ...(driver === undefined ? {} : { driver }),
    }
  }

  /** The projects whose own name, or whose owner's, contains the word. */
  private async projectsOf(text: string): Promise<string[]> {
    const owners = await this.users.search({ text, sort: 'username', descending: false, limit: MOST_PEOPLE })
    return this.projects.idsNamed(
      text,
      owners.map(({ id }) => id),
    )
  }
}

const textOf = (value: EnginePosition['value']): string => (value instanceof Date ? String(value.getTime()) : String(value ?? ''))

/** A cursor is for the order that it was made in. */
function readCursor(cursor: string, sort: EngineSort, order: string): EnginePosition {
  const [made, text, id] = decodeCursor(cursor, ['string', 'string', 'string']).map(String)
  if (made !== `${sort} ${order}` || text === undefined || id === undefined) throw new DomainError('invalid-cursor')
  if (sort === 'name') return { value: text, id }
  if (!/^\d{0,15}$/.test(text)) throw new DomainError('invalid-cursor')
  if (text === '') return { value: null, id }
  return { value: sort === 'memory' ? Number(text) : new Date(Number(text)), id }
}
