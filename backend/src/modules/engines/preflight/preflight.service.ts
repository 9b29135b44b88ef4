import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import { ClusterMonitor } from '../../../platform/kubernetes/cluster-state.js'
import { DRIVER_SPECS } from '../../../platform/kubernetes/drivers.js'
import { KubeError } from '../../../platform/kubernetes/kube-error.js'
import { ManifestRefused } from '../../../platform/manifests/parse.js'
import { ImageRegistry, RegistryError, type ImageFacts } from '../../../platform/registry/image-registry.js'
import type { Project } from '../../projects/project.js'
import { ProjectsService } from '../../projects/projects.service.js'
import { QuotasService } from '../../quotas/quotas.service.js'
import { RegistriesService } from '../../registries/registries.service.js'
import { SizesService } from '../../sizes/sizes.service.js'
import { DEFAULT_HEALTH, DEFAULT_SCALING } from '../engine-spec.js'
import { newEngine, pendingStatus, type Engine } from '../engine.js'
import { diagnoseRefusal } from '../engine.diagnosis.js'
import { imageOf } from '../engine.deployer.js'
import { EngineRepository } from '../engine.repository.js'
import { EnginesService } from '../engines.service.js'
import { changesBetween, revisionOf } from '../revisions/engine-revision.js'
import { SpecResolver } from '../spec.resolver.js'
import type { CheckEngineDto, EngineOptionsDto, EngineOptionsQuery, PreflightDto } from './preflight.dto.js'
import { EngineTrial } from './engine-trial.js'
import { imageChecks, quotaCheck, takesOf, verdictOf, type Check } from './preflight.js'

/** Looks at what would become of a deploy. Stores nothing of it; the namespace of the project is made if it is not there, since all else is asked there. */
@Injectable()
export class PreflightService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly engines: EnginesService,
    private readonly repository: EngineRepository,
    private readonly projects: ProjectsService,
    private readonly specs: SpecResolver,
    private readonly sizes: SizesService,
    private readonly quotas: QuotasService,
    private readonly registries: RegistriesService,
    private readonly images: ImageRegistry,
    private readonly trial: EngineTrial,
    private readonly cluster: ClusterMonitor,
  ) {}

  /** @throws DomainError as a deploy of the same would, for what is wrong with the request itself */
  async check(auth: AuthContext, dto: CheckEngineDto): Promise<PreflightDto> {
    const { engine, before, project } = await this.wanted(auth, dto)
    const [image, cluster, name, { bars }] = await Promise.all([
      this.inspect(project.id, engine),
      this.tryInCluster(engine),
      this.nameCheck(engine, before),
      this.quotas.of(project.id),
    ])
    const driver = this.cluster.state.driver
    const quota = takesOf(bars, engine, before === null, driver === 'knative')
    const checks = [
      ...name,
      ...imageChecks(engine.image, image, this.cluster.state.platform, engine.port),
      quotaCheck(quota),
      ...cluster.checks,
    ]
    return {
      verdict: verdictOf(checks),
      checks,
      image:
        image instanceof RegistryError
          ? null
          : { digest: image.digest, platforms: image.platforms, compressedBytes: image.compressedBytes },
      quota,
      changes: before ? changesBetween(revisionOf(before), revisionOf(engine)) : [],
      diff: cluster.diff,
    }
  }

  /** What there is to choose from. */
  async options(auth: AuthContext, { projectId }: EngineOptionsQuery): Promise<EngineOptionsDto> {
    if (projectId !== undefined) await this.projects.require(auth, 'engine:read', projectId)
    const [sizes, quota] = await Promise.all([this.sizes.all(), projectId === undefined ? null : this.quotas.of(projectId)])
    const { driver } = this.cluster.state
    const spec = driver && DRIVER_SPECS[driver]
    return {
      driver: driver && spec && { name: driver, title: spec.title, capabilities: spec.capabilities },
      sizes,
      defaults: {
        size: sizes.find(({ isDefault }) => isDefault)?.id ?? '',
        scaling: DEFAULT_SCALING,
        health: DEFAULT_HEALTH,
        access: 'project',
      },
      quota: quota && quota.bars,
      gateway: this.config.gatewayPort !== null,
    }
  }

  /** The app as it would be, and as it is; the latter is null for a new one. */
  private async wanted(auth: AuthContext, dto: CheckEngineDto): Promise<{ engine: Engine; before: Engine | null; project: Project }> {
    const { engineId, projectId, name, ...input } = dto
    if (engineId !== undefined) {
      const { engine: before, project } = await this.engines.requireLive(auth, 'engine:update', engineId)
      const spec = await this.specs.resolve(input, before)
      const pin = input.image === undefined ? before.pin : null
      return { engine: { ...before, ...spec, pin, generation: before.generation + 1 }, before, project }
    }
    const { image, port } = input
    if (projectId === undefined || name === undefined || image === undefined || port === undefined)
      throw new DomainError('validation-failed', {}, { errors: missing({ projectId, name, image, port }) })
    const project = await this.projects.require(auth, 'engine:create', projectId)
    const spec = await this.specs.resolve(input, null)
    const at = now()
    const { namespacePrefix } = this.config
    const engine = newEngine(spec, { project, name, namespacePrefix, status: pendingStatus('', at), at, by: null })
    return { engine, before: null, project }
  }

  private async inspect(projectId: string, engine: Engine): Promise<ImageFacts | RegistryError> {
    try {
      const image = imageOf(engine)
      return await this.images.inspect(image, await this.registries.credentialsOf(projectId, image))
    } catch (error) {
      if (error instanceof RegistryError) return error
      throw error
    }
  }

  private async nameCheck({ projectId, name }: Engine, before: Engine | null): Promise<Check[]> {
    const taken = before === null ? await this.repository.findByName(projectId, name) : null
    if (!taken) return []
    return [
      {
        id: 'name',
        state: 'failed',
        title: `The name "${name}" is taken`,
        detail: taken.deletedAt
          ? 'The app of that name is just being deleted; wait until it is gone, or choose another.'
          : 'Choose another.',
        field: 'name',
      },
    ]
  }

  private async tryInCluster(engine: Engine): Promise<{ checks: Check[]; diff: string | null }> {
    if (!this.trial.ready) {
      const detail = this.cluster.state.message
      return { checks: [{ id: 'manifests', state: 'skipped', title: 'The cluster could not be asked', detail, field: null }], diff: null }
    }
    try {
      const { diff, refusal } = await this.trial.run(engine)
      const accepted: Check = {
        id: 'manifests',
        state: 'ok',
        title: 'The cluster takes the app',
        detail: 'Its API server has checked all objects.',
        field: null,
      }
      const admitted: Check = {
        id: 'admission',
        state: 'ok',
        title: 'The cluster admits its pods',
        detail: 'Security, limits and quota were asked.',
        field: null,
      }
      return { checks: [accepted, refusal ? refused('admission', engine, refusal) : admitted], diff }
    } catch (error) {
      if (!(error instanceof KubeError || error instanceof ManifestRefused)) throw error
      return { checks: [refused('manifests', engine, error)], diff: null }
    }
  }
}

/** What the cluster said no to, in the words that a deploy would be refused with. */
function refused(id: Check['id'], engine: Engine, error: KubeError | ManifestRefused): Check {
  const cause = diagnoseRefusal(engine, error)
  if (!cause) return { id, state: 'skipped', title: 'The cluster could not be asked', detail: error.message, field: null }
  return { id, state: 'failed', title: cause.title, detail: `${cause.fix}\n${cause.evidence}`, field: cause.field }
}

const missing = (fields: Record<string, unknown>) =>
  Object.entries(fields).flatMap(([path, value]) => (value === undefined ? [{ path, message: 'must be given for a new app' }] : []))
