import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { decodeCursor, toPage, type PageQuery } from '../../../common/pagination/pagination.js'
import { can } from '../../../common/policy/policy.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { UserRepository } from '../../iam/users/user.repository.js'
import type { EngineDto } from '../engines.dto.js'
import { EnginesService } from '../engines.service.js'
import { EngineViews } from '../engine.views.js'
import { changesBetween, isConfidential, type EngineRevision, type FieldChange } from './engine-revision.js'
import { EngineRevisionRepository } from './engine-revision.repository.js'
import { EngineRevisionDto, type EngineRevisionPage, type RollbackDto } from './revisions.dto.js'

/** What was deployed of an app, and the way back to it. */
@Injectable()
export class RevisionsService {
  constructor(
    private readonly engines: EnginesService,
    private readonly revisions: EngineRevisionRepository,
    private readonly users: UserRepository,
    private readonly views: EngineViews,
  ) {}

  /** Newest first, each with what differs from the one before it. */
  async list(auth: AuthContext, id: string, { cursor, limit }: PageQuery): Promise<EngineRevisionPage> {
    const { engine, project } = await this.engines.requireWithProject(auth, 'engine:read', id)
    const before = cursor === undefined ? null : Number(decodeCursor(cursor, ['number'])[0])
    // One more to know whether there are more, and one more to compare the last with.
    const found = await this.revisions.page(id, before, limit + 2)
    const page = toPage(found.slice(0, limit + 1), limit, ({ generation }) => [generation])
    const users = await this.users.mapOf(page.items.flatMap(({ by }) => by?.id ?? []))
    const show = can(auth, 'engine:update', project) ? (change: FieldChange) => change : hide
    return {
      items: page.items.map((revision, index) =>
        EngineRevisionDto.from(
          revision,
          users.get(revision.by?.id ?? ''),
          revision.generation === engine.generation,
          changesOf(revision, found[index + 1]).map(show),
        ),
      ),
      nextCursor: page.nextCursor,
    }
  }

  /**
   * Runs an earlier generation again, by the digest that it ran with: a tag may stand for something else by now. Secrets stay as they are, since former values
   * are not kept.
   * @throws DomainError `engine-generation-not-found`, `engine-revision-conflict`, `engine-deleting`
   */
  async rollBack(auth: AuthContext, id: string, { revision, generation }: RollbackDto): Promise<EngineDto> {
    const { engine, project } = await this.engines.requireLive(auth, 'engine:update', id)
    const past = await this.revisions.find(id, generation)
    if (!past) throw new DomainError('engine-generation-not-found', { generation })
    const { spec } = past
    // What has become a secret since stays one.
    const env = spec.env.filter(({ name }) => !engine.secrets.some((secret) => secret.name === name))
    const change = { ...spec, env, pin: past.digest ?? past.pin }
    const changed = await this.engines.change(auth, engine, revision, change, { reason: 'rolled-back', from: generation })
    return this.views.one(auth, changed, project)
  }
}

const changesOf = (revision: EngineRevision, before: EngineRevision | undefined): FieldChange[] =>
  before ? changesBetween(before, revision) : []

const hide = (change: FieldChange): FieldChange => (isConfidential(change) ? { ...change, before: null, after: null } : change)
