import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ClusterMonitor } from '../../platform/kubernetes/cluster-state.js'
import { QuotaWatch } from '../../platform/kubernetes/quota-watch.js'
import type { QuotaValues } from '../../platform/manifests/manifests.js'
import { EventBus } from '../events/event-bus.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { ProjectsService } from '../projects/projects.service.js'
import { barsOf, BUILT_IN_QUOTA, quotaValuesOf, type Quota, type QuotaLimits } from './quota.js'
import { QuotaRepository } from './quota.repository.js'
import { QuotaDto, type QuotaLimitsDto } from './quotas.dto.js'
import { RoomForApps, type AppCounter } from './room-for-apps.js'

/** The use cases of quotas: what a project may have, and what it has. Those who may read a project see its quota, admins set it. */
@Injectable()
export class QuotasService {
  private readonly room = new RoomForApps(
    (projectId) => this.limitsOf(projectId),
    (projectId) => this.count(projectId),
  )
  private count: AppCounter = () => Promise.reject(new Error('nobody counts apps'))

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly quotas: QuotaRepository,
    private readonly projects: ProjectsService,
    private readonly cluster: ClusterMonitor,
    private readonly watch: QuotaWatch,
    private readonly bus: EventBus,
    cleanup: ProjectCleanup,
  ) {
    cleanup.register('quota', (projectId) => this.quotas.remove(projectId))
  }

  /** Names the one who counts apps: apps know quotas, not the other way round. */
  countWith(count: AppCounter): void {
    this.count = count
  }

  /** What a project may have. */
  async limitsOf(projectId: string): Promise<QuotaLimits> {
    return (await this.quotas.find(projectId)) ?? (await this.defaultLimits())
  }

  /** What the cluster is told of what a project may have. */
  async valuesOf(projectId: string): Promise<QuotaValues> {
    return quotaValuesOf(await this.limitsOf(projectId), this.config.gpuResource, this.cluster.state.drivers)
  }

  /** What each project may have, all read at once. */
  async allLimits(): Promise<(projectId: string) => QuotaLimits> {
    const [own, standard] = await Promise.all([this.quotas.all(), this.defaultLimits()])
    return (projectId) => own.get(projectId) ?? standard
  }

  /** What a project may have, and has. */
  async of(projectId: string): Promise<Quota> {
    const [own, standard, apps] = await Promise.all([this.quotas.find(projectId), this.defaultLimits(), this.count(projectId)])
    const limits = own ?? standard
    const bars = barsOf(limits, apps, this.watch.of(projectId), this.config.gpuResource)
    return { source: own ? 'project' : 'default', limits, bars, observedAt: this.watch.observedAt }
  }

  /** Stores one app more, if there is room: see {@link RoomForApps.take}. @throws DomainError `quota-apps-exceeded` */
  withRoomForApp<T>(projectId: string, store: () => Promise<T>, withdraw: () => Promise<unknown>): Promise<T> {
    return this.room.take(projectId, store, withdraw)
  }

  async get(auth: AuthContext, projectId: string): Promise<QuotaDto> {
    await this.projects.require(auth, 'quota:read', projectId)
    return QuotaDto.from(await this.of(projectId))
  }

  async set(auth: AuthContext, projectId: string, limits: QuotaLimitsDto): Promise<QuotaDto> {
    return this.change(auth, projectId, { ...limits })
  }

  async reset(auth: AuthContext, projectId: string): Promise<QuotaDto> {
    return this.change(auth, projectId, null)
  }

  async defaultLimits(): Promise<QuotaLimits> {
    return (await this.quotas.findDefault()) ?? BUILT_IN_QUOTA
  }

  async setDefault(auth: AuthContext, limits: QuotaLimitsDto): Promise<QuotaLimits> {
    const before = await this.defaultLimits()
    const after = { ...limits }
    await this.quotas.setDefault(after)
    auth.trail.change({ resource: { type: 'quota', id: 'default' }, before: { ...before }, after })
    this.bus.publish('quota.default-changed', {})
    return after
  }

  private async change(auth: AuthContext, projectId: string, limits: QuotaLimits | null): Promise<QuotaDto> {
    const { id, title } = await this.projects.require(auth, 'project:read', projectId)
    const before = await this.of(id)
    await (limits ? this.quotas.set(id, limits) : this.quotas.remove(id))
    // Deleted in between: its clean-up has passed this by.
    if (limits && !(await this.projects.find(id))) await this.quotas.remove(id)
    const after = await this.of(id)
    const told = ({ source, limits: values }: Quota) => ({ source, ...values })
    auth.trail.change({ resource: { type: 'quota', id, name: title }, before: told(before), after: told(after) })
    this.bus.publish('project.quota-changed', { projectId: id })
    return QuotaDto.from(after)
  }
}
