import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import type { Action } from '../../common/policy/actions.js'
import { now } from '../../common/clock.js'
import { decodeCursor, toPage } from '../../common/pagination/pagination.js'
import { notThere, withinProject } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterMonitor } from '../../platform/kubernetes/cluster-state.js'
import { EventBus } from '../events/event-bus.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import { QuotasService } from '../quotas/quotas.service.js'
import { specOf } from './engine-spec.js'
import {
  deletingStatus,
  hostOf,
  newEngine,
  pendingStatus,
  type Deploy,
  type Engine,
  type EngineChange,
  type EngineStatus,
} from './engine.js'
import { EngineRepository } from './engine.repository.js'
import { EngineViews } from './engine.views.js'
import type { CreateEngineDto, EngineDto, EngineListQuery, EnginePage, UpdateEngineDto } from './engines.dto.js'
import { revisionOf } from './revisions/engine-revision.js'
import { EngineRevisionRepository } from './revisions/engine-revision.repository.js'
import { SpecResolver, type WholeSpec } from './spec.resolver.js'

const HOUR_MS = 3_600_000

/** The use cases of apps. What is wanted is stored and announced; the reconciler makes it so. */
@Injectable()
export class EnginesService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly engines: EngineRepository,
    private readonly revisions: EngineRevisionRepository,
    private readonly projects: ProjectsService,
    private readonly quotas: QuotasService,
    private readonly specs: SpecResolver,
    private readonly views: EngineViews,
    private readonly cluster: ClusterMonitor,
    private readonly bus: EventBus,
  ) {}

  async deploy(auth: AuthContext, { projectId, name, leaseHours, ...input }: CreateEngineDto): Promise<EngineDto> {
    const project = await this.projects.require(auth, 'engine:create', projectId)
    const spec = await this.specs.resolve(input, null)
    const engine = await this.create(auth, project, name, spec, { leaseHours: leaseHours ?? null })
    return this.views.one(auth, engine, project)
  }

  /**
   * Stores a new app and announces it.
   * @param options.leaseHours makes it a preview @throws DomainError `engine-name-taken`, `engine-deleting`
   */
  async create(
    auth: AuthContext,
    project: Project,
    name: string,
    spec: WholeSpec & { pin?: string | null },
    { leaseHours, previewOf = null }: { leaseHours: number | null; previewOf?: string | null },
  ): Promise<Engine> {
    const at = now()
    const { pin = null, ...wanted } = spec
    const engine = newEngine(wanted, {
      project,
      name,
      namespacePrefix: this.config.namespacePrefix,
      status: this.pending(at),
      at,
      by: authorOf(auth),
      pin,
      lease: leaseHours === null ? null : leaseUntil(at, leaseHours),
      previewOf,
    })
    await this.quotas.withRoomForApp(
      project.id,
      () => this.insert(engine, project.slug),
      () => this.markDeleted(engine),
    )
    await this.revisions.record(revisionOf(engine))
    auth.trail.change({ resource: resourceOf(engine), after: wantedOf(engine) })
    this.announce(engine)
    return engine
  }

  async get(auth: AuthContext, id: string): Promise<EngineDto> {
    const { engine, project } = await this.requireWithProject(auth, 'engine:read', id)
    return this.views.one(auth, engine, project)
  }

  /** The apps of a project, or of all projects that the caller may see. */
  async list(auth: AuthContext, { projectId, cursor, limit }: EngineListQuery): Promise<EnginePage> {
    if (projectId !== undefined) await this.projects.require(auth, 'engine:read', projectId)
    const projectIds =
      projectId === undefined ? await this.projects.allowed(auth, 'engine:read', await this.engines.projectIds()) : [projectId]
    const found = await this.engines.search({
      projectIds,
      ...(cursor === undefined ? {} : { after: readCursor(cursor) }),
      limit,
    })
    const page = toPage(found, limit, ({ createdAt, id }) => [createdAt.getTime(), id])
    return { items: await this.views.many(auth, page.items), nextCursor: page.nextCursor }
  }

  async update(auth: AuthContext, id: string, { revision, ...input }: UpdateEngineDto): Promise<EngineDto> {
    const { engine, project } = await this.requireLive(auth, 'engine:update', id)
    const spec = await this.specs.resolve(input, engine)
    // A tag is asked anew when it is sent; otherwise what was held to a digest stays there.
    const pin = input.image === undefined ? engine.pin : null
    const changed = await this.change(auth, engine, revision, { ...spec, pin }, { reason: 'changed', from: null })
    return this.views.one(auth, changed, project)
  }

  /**
   * Makes a new generation of an app and announces it; one that was paused is resumed by that.
   * @param revision the one that the change starts from; any when null
   * @throws DomainError `engine-revision-conflict`, `engine-deleting`
   */
  async change(
    auth: AuthContext,
    engine: Engine,
    revision: number | null,
    change: EngineChange,
    { reason, from }: Pick<Deploy, 'reason' | 'from'>,
  ): Promise<Engine> {
    const at = now()
    const deploy: Deploy = { at, by: authorOf(auth), reason, from }
    const isCurrent = revision === null || engine.revision === revision
    const changed = isCurrent ? await this.engines.change(engine.id, revision, change, { status: this.pending(at), deploy }) : null
    if (!changed) {
      const current = await this.find(engine.id)
      if (current.deletedAt) throw new DomainError('engine-deleting')
      throw new DomainError('engine-revision-conflict', { sent: revision ?? 0, current: current.revision })
    }
    // Ended before this, the reconciler does it.
    await this.revisions.record(revisionOf(changed))
    auth.trail.change({ resource: resourceOf(engine), before: wantedOf(engine), after: wantedOf(changed) })
    this.announce(changed)
    return changed
  }

  /** Marks the app: it is removed from the cluster in the background, and then for good. Asked twice, it says the same. */
  async delete(auth: AuthContext, id: string): Promise<EngineDto> {
    const { engine, project } = await this.requireWithProject(auth, 'engine:delete', id)
    const deleted = await this.markDeleted(engine)
    auth.trail.change({ resource: resourceOf(engine), before: wantedOf(engine) })
    return this.views.one(auth, deleted, project)
  }

  /** As {@link delete}, without asking who may. @throws DomainError `engine-not-found` when it is gone already */
  async markDeleted({ id }: Engine): Promise<Engine> {
    const deleted = await this.engines.markDeleted(id, deletingStatus(now()), now())
    if (!deleted) throw new DomainError('engine-not-found')
    this.announce(deleted)
    return deleted
  }

  /**
   * The app, if the caller may carry out the action on it: what other modules ask, as for its log.
   * @throws DomainError `engine-not-found`, also for an app that the caller may not know of, or `not-allowed`
   */
  async require(auth: AuthContext, action: Action, id: string): Promise<Engine> {
    return (await this.requireWithProject(auth, action, id)).engine
  }

  /** The project of an app; null when either is gone or the project is being deleted. For work that acts for no one. */
  async projectOf(id: string): Promise<Project | null> {
    const engine = await this.engines.findById(id)
    return engine && this.projects.find(engine.projectId)
  }

  /** Whether the app exists, if only to be deleted; for background work that acts for no one. */
  async exists(id: string): Promise<boolean> {
    return (await this.engines.findById(id)) !== null
  }

  /**
   * As {@link requireWithProject}, of an app that is not on its way out.
   * @throws DomainError `engine-deleting`
   */
  async requireLive(auth: AuthContext, action: Action, id: string): Promise<{ engine: Engine; project: Project }> {
    const found = await this.requireWithProject(auth, action, id)
    if (found.engine.deletedAt) throw new DomainError('engine-deleting')
    return found
  }

  /** As {@link require}, with the project. */
  async requireWithProject(auth: AuthContext, action: Action, id: string): Promise<{ engine: Engine; project: Project }> {
    const engine = await this.engines.findById(id)
    if (!engine) throw notThere(auth, 'engine-not-found')
    // Nor is an app there whose project is being deleted: it is on its way out as well.
    return withinProject(auth, 'engine-not-found', async () => ({
      engine,
      project: await this.projects.require(auth, action, engine.projectId),
    }))
  }

  private async find(id: string): Promise<Engine> {
    const engine = await this.engines.findById(id)
    if (!engine) throw new DomainError('engine-not-found')
    return engine
  }

  private async insert(engine: Engine, projectSlug: string): Promise<void> {
    let result = await this.engines.insert(engine)
    if (result === 'host-taken') {
      // "a-b" of project "c" and "a" of project "b-c" would have the same host.
      engine.host = hostOf(engine.name, projectSlug, engine.id)
      result = await this.engines.insert(engine)
    }
    if (result === 'stored') return
    if (result === 'host-taken') throw new Error(`no free host for "${engine.name}" of "${projectSlug}"`)
    const taken = await this.engines.findByName(engine.projectId, engine.name)
    if (taken?.deletedAt) throw new DomainError('engine-deleting')
    throw new DomainError('engine-name-taken', { name: engine.name })
  }

  /** The status of an app whose present generation nothing was done about yet. */
  pending(at: Date): EngineStatus {
    const { state, message } = this.cluster.state
    return pendingStatus(state === 'ready' ? 'The app is about to be deployed.' : message, at)
  }

  /** Tells that something about the app has changed. */
  announce({ id, projectId, status }: Engine): void {
    this.bus.publish('engine.status-changed', { engineId: id, projectId, phase: status.phase })
  }
}

/** The lease of a preview for so many hours from then. */
export const leaseUntil = (from: Date, hours: number): NonNullable<Engine['lease']> => ({
  expiresAt: new Date(from.getTime() + hours * HOUR_MS),
})

/** The app as the audit log names it. */
export const resourceOf = ({ id, name }: Engine) => ({ type: 'engine', id, name }) as const

/** What someone asked for, as the audit log shows it: neither values of the environment nor secrets are told. */
const wantedOf = (engine: Engine): Record<string, unknown> => ({
  ...specOf(engine),
  env: engine.env.map(({ name }) => name),
  secrets: engine.secrets.map(({ name }) => name),
  pin: engine.pin,
})

const authorOf = ({ user, via }: AuthContext): Deploy['by'] => ({ id: user.id, via })

function readCursor(cursor: string): { createdAt: Date; id: string } {
  const [time, id] = decodeCursor(cursor, ['number', 'string'])
  return { createdAt: new Date(Number(time)), id: String(id) }
}
