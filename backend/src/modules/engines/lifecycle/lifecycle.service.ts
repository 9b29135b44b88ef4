import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import type { Project } from '../../projects/project.js'
import { refusalOfScaling } from '../engine-spec.js'
import { pausedStatus, type Engine } from '../engine.js'
import { EngineDeployer } from '../engine.deployer.js'
import { EngineRepository, type Amendment } from '../engine.repository.js'
import { EngineViews } from '../engine.views.js'
import type { EngineDto } from '../engines.dto.js'
import { EnginesService, resourceOf } from '../engines.service.js'
import type { DeployDto, ScaleDto } from './lifecycle.dto.js'

/** What is done with an app that is there, but for changing its specification as a whole. */
@Injectable()
export class LifecycleService {
  constructor(
    private readonly engines: EnginesService,
    private readonly repository: EngineRepository,
    private readonly deployer: EngineDeployer,
    private readonly views: EngineViews,
  ) {}

  /**
   * Deploys the app as it is, with what the tag of its image stands for now, or with another image: for CI, which knows no revision.
   * @throws DomainError `engine-deleting`
   */
  async redeploy(auth: AuthContext, id: string, { image }: DeployDto): Promise<EngineDto> {
    const { engine, project } = await this.engines.requireLive(auth, 'engine:update', id)
    const change = { pin: null, ...(image === undefined ? {} : { image }) }
    const changed = await this.engines.change(auth, engine, null, change, { reason: 'redeployed', from: null })
    return this.views.one(auth, changed, project)
  }

  /** Changes how many copies there are, of what runs now. @throws DomainError `validation-failed`, `engine-deleting` */
  async scale(auth: AuthContext, id: string, { min, max }: ScaleDto): Promise<EngineDto> {
    const refusal = refusalOfScaling({ min, max })
    if (refusal !== null) throw new DomainError('validation-failed', {}, { errors: [{ path: 'max', message: refusal }] })
    const { engine, project } = await this.engines.requireLive(auth, 'engine:update', id)
    const change = { scaling: { ...engine.scaling, min, max }, pin: engine.pin ?? engine.digest }
    const changed = await this.engines.change(auth, engine, null, change, { reason: 'scaled', from: null })
    return this.views.one(auth, changed, project)
  }

  /** Takes the app out of the cluster; its record, log and revisions stay. Asked twice, it says the same. @throws DomainError `engine-deleting` */
  async pause(auth: AuthContext, id: string): Promise<EngineDto> {
    const { engine, project } = await this.engines.requireLive(auth, 'engine:update', id)
    if (engine.paused) return this.views.one(auth, engine, project)
    // What is resumed later is what runs now, whatever the tag stands for by then.
    return this.amend(auth, engine, project, {
      paused: true,
      status: pausedStatus(engine.status, false, now()),
      pin: engine.pin ?? engine.digest,
    })
  }

  /** Puts a paused app back. Asked twice, it says the same. @throws DomainError `engine-deleting` */
  async resume(auth: AuthContext, id: string): Promise<EngineDto> {
    const { engine, project } = await this.engines.requireLive(auth, 'engine:update', id)
    if (!engine.paused) return this.views.one(auth, engine, project)
    return this.amend(auth, engine, project, { paused: false, status: this.engines.pending(now()), appliedGeneration: 0 })
  }

  /** Applies all that the app needs once more, its namespace included, whatever is believed to be there. @throws DomainError `engine-deleting` */
  async repair(auth: AuthContext, id: string): Promise<EngineDto> {
    const { engine, project } = await this.engines.requireLive(auth, 'engine:update', id)
    this.deployer.forget(engine)
    auth.trail.change({ resource: resourceOf(engine) })
    this.engines.announce(engine)
    return this.views.one(auth, engine, project)
  }

  private async amend(auth: AuthContext, engine: Engine, project: Project, change: Amendment): Promise<EngineDto> {
    const changed = await this.repository.amend(engine.id, change, now())
    if (!changed) throw new DomainError('engine-deleting')
    auth.trail.change({ resource: resourceOf(engine), before: { paused: engine.paused }, after: { paused: changed.paused } })
    this.engines.announce(changed)
    return this.views.one(auth, changed, project)
  }
}
