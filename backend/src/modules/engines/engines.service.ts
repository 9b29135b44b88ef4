import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import type { Action } from '../../common/policy/actions.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { decodeCursor, toPage } from '../../common/pagination/pagination.js'
import { can, notThere, withinProject } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterMonitor } from '../../platform/kubernetes/cluster-state.js'
import { EventBus } from '../events/event-bus.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import { deletingStatus, hostOf, namespaceOf, pendingStatus, type Engine, type EngineStatus } from './engine.js'
import { EngineRepository } from './engine.repository.js'
import { EngineDto, type CreateEngineDto, type EngineListQuery, type EnginePage, type UpdateEngineDto } from './engines.dto.js'

/** The use cases of apps. What is wanted is stored and announced; the reconciler makes it so. */
@Injectable()
export class EnginesService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly engines: EngineRepository,
    private readonly projects: ProjectsService,
    private readonly cluster: ClusterMonitor,
    private readonly bus: EventBus,
  ) {}

  async deploy(auth: AuthContext, { projectId, name, image, port, env }: CreateEngineDto): Promise<EngineDto> {
    const project = await this.projects.require(auth, 'engine:create', projectId)
    const at = now()
    const engine: Engine = {
      id: newId(at),
      projectId,
      name,
      image,
      port,
      env,
      host: hostOf(name, project.slug),
      namespace: namespaceOf(this.config.namespacePrefix, project),
      driver: null,
      generation: 1,
      appliedGeneration: 0,
      digest: null,
      status: this.pending(at),
      deletedAt: null,
      createdAt: at,
      updatedAt: at,
      revision: 1,
    }
    await this.insert(engine, project.slug)
    auth.trail.change({ resource: resourceOf(engine), after: wantedOf(engine) })
    this.announce(engine)
    return this.toDto(engine, true)
  }

  async get(auth: AuthContext, id: string): Promise<EngineDto> {
    const { engine, project } = await this.requireWithProject(auth, 'engine:read', id)
    return this.toDto(engine, can(auth, 'engine:update', project))
  }

  /** The apps of a project, or of all projects that the caller may see. */
  async list(auth: AuthContext, { projectId, cursor, limit }: EngineListQuery): Promise<EnginePage> {
    if (projectId !== undefined) await this.projects.require(auth, 'engine:read', projectId)
    const projectIds =
      projectId === undefined ? await this.projects.allowed(auth, 'engine:read', await this.engines.projectIds()) : [projectId]
    const mayUpdate = new Set(await this.projects.allowed(auth, 'engine:update', projectIds))
    const found = await this.engines.search({
      projectIds,
      ...(cursor === undefined ? {} : { after: readCursor(cursor) }),
      limit,
    })
    const page = toPage(found, limit, ({ createdAt, id }) => [createdAt.getTime(), id])
    return { items: page.items.map((engine) => this.toDto(engine, mayUpdate.has(engine.projectId))), nextCursor: page.nextCursor }
  }

  async redeploy(auth: AuthContext, id: string, { revision, ...change }: UpdateEngineDto): Promise<EngineDto> {
    const engine = await this.require(auth, 'engine:update', id)
    if (engine.deletedAt) throw new DomainError('engine-deleting')
    const at = now()
    const changed = engine.revision === revision ? await this.engines.change(id, revision, defined(change), this.pending(at), at) : null
    if (!changed) {
      const current = await this.find(id)
      if (current.deletedAt) throw new DomainError('engine-deleting')
      throw new DomainError('engine-revision-conflict', { sent: revision, current: current.revision })
    }
    auth.trail.change({ resource: resourceOf(engine), before: wantedOf(engine), after: wantedOf(changed) })
    this.announce(changed)
    return this.toDto(changed, true)
  }

  /** Marks the app: it is removed from the cluster in the background, and then for good. Asked twice, it says the same. */
  async delete(auth: AuthContext, id: string): Promise<EngineDto> {
    const engine = await this.require(auth, 'engine:delete', id)
    const deleted = await this.engines.markDeleted(id, deletingStatus(now()), now())
    if (!deleted) throw new DomainError('engine-not-found')
    auth.trail.change({ resource: resourceOf(engine), before: wantedOf(engine) })
    this.announce(deleted)
    return this.toDto(deleted, true)
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

  private async requireWithProject(auth: AuthContext, action: Action, id: string): Promise<{ engine: Engine; project: Project }> {
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

  private pending(at: Date): EngineStatus {
    const { state, message } = this.cluster.state
    return pendingStatus(state === 'ready' ? 'The app is about to be deployed.' : message, at)
  }

  private announce({ id, projectId, status }: Engine): void {
    this.bus.publish('engine.status-changed', { engineId: id, projectId, phase: status.phase })
  }

  private toDto(engine: Engine, withEnv: boolean): EngineDto {
    return EngineDto.from(engine, this.config.appsUrl, withEnv)
  }
}

const resourceOf = ({ id, name }: Engine) => ({ type: 'engine', id, name }) as const

/** What someone asked for, as the audit log shows it: values of the environment are not told. */
const wantedOf = ({ image, port, env }: Engine): Record<string, unknown> => ({ image, port, env: env.map(({ name }) => name) })

const defined = <T extends object>(change: T): T =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as T

function readCursor(cursor: string): { createdAt: Date; id: string } {
  const [time, id] = decodeCursor(cursor, ['number', 'string'])
  return { createdAt: new Date(Number(time)), id: String(id) }
}
