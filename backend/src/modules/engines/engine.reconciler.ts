import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { backoff, KeyedQueue } from '../../common/keyed-queue.js'
import { AppWatch } from '../../platform/kubernetes/app-watch.js'
import { ClusterMonitor } from '../../platform/kubernetes/cluster-state.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { ManifestRefused } from '../../platform/manifests/parse.js'
import { EventBus } from '../events/event-bus.js'
import { ENGINE_DRIVERS } from './drivers/index.js'
import type { EngineDriver, Observed } from './drivers/engine-driver.js'
import { missingStatus, movingStatus, pausedStatus, refusedStatus, type Engine } from './engine.js'
import { stepOf } from './engine.causes.js'
import { diagnoseRefusal } from './engine.diagnosis.js'
import { EngineDeployer } from './engine.deployer.js'
import { ReconcileProgress } from './engine.progress.js'
import { EngineRepository, type Observation } from './engine.repository.js'
import { sameStatus } from './engine.status.js'
import { revisionOf } from './revisions/engine-revision.js'
import { EngineRevisionRepository } from './revisions/engine-revision.repository.js'

const CONCURRENCY = 8
const RESYNC_MS = 5 * 60_000
const LIST_AGAIN_MS = 1_000
// A quota may have room again, a right may be granted: what was refused is tried again by itself, though rarely.
const REFUSED_MS = 60_000
const RECHECK_SLACK_MS = 50
// Objects of a driver that is no longer used are not watched.
const MOVE_MS = 500
const GONE_MS = 2_000

/**
 * Makes the cluster be as the stored apps say, and the stored status be as the cluster is. Level-triggered: a run looks at everything anew and may be
 * ended at any point, since the next one goes on from what it finds. Called for by requests, by watches, by the cluster coming back, and by time.
 */
@Injectable()
export class EngineReconciler implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly progress = new ReconcileProgress()
  private readonly logger = new Logger('EngineReconciler')
  private readonly queue = new KeyedQueue(
    (id) => this.reconcile(id),
    CONCURRENCY,
    (id, attempt, error) => {
      if (attempt === 1 || attempt % 20 === 0)
        this.logger.warn({ err: error, engineId: id, attempt }, 'an app is not reconciled, trying again')
      return backoff(attempt, 250, 30_000)
    },
  )
  private readonly ends: (() => void)[] = []
  private resync: NodeJS.Timeout | undefined
  private again: NodeJS.Timeout | undefined

  constructor(
    private readonly engines: EngineRepository,
    private readonly revisions: EngineRevisionRepository,
    private readonly deployer: EngineDeployer,
    private readonly cluster: ClusterMonitor,
    private readonly watch: AppWatch,
    private readonly bus: EventBus,
  ) {}

  onApplicationBootstrap(): void {
    this.ends.push(
      this.bus.on('engine.status-changed', ({ engineId }) => this.queue.add(engineId)),
      // Who may open an app follows its project.
      this.bus.on('project.changed', ({ projectId }) => void this.addIds(() => this.engines.findIdsOfProject(projectId))),
      this.bus.on('project.registries-changed', ({ projectId }) => {
        this.deployer.forgetNamespace(projectId)
        void this.addIds(() => this.engines.findIdsOfProject(projectId))
      }),
      this.watch.onEngine((engineId) => this.queue.add(engineId)),
      this.watch.onProject((projectId) => void this.addIds(() => this.engines.findIdsOfProject(projectId))),
      this.watch.onSynced(() => this.addAllAnew()),
      this.cluster.onChange(() => this.addAllAnew()),
    )
    this.resync = setInterval(() => void this.addIds(() => this.engines.findAllIds()), RESYNC_MS)
    this.addAllAnew()
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.resync)
    clearTimeout(this.again)
    for (const end of this.ends.splice(0)) end()
    await this.queue.stop()
  }

  /** One run for one app; what is not done yet is left to a later one. */
  async reconcile(id: string): Promise<void> {
    const isKnown = this.deployer.ready
    const engine = await this.engines.findById(id)
    if (engine?.deletedAt) await this.remove(engine)
    else if (engine?.paused) await this.pause(engine)
    else if (engine) await this.deploy(engine)
    if (isKnown) this.progress.done(id)
  }

  private async deploy(engine: Engine): Promise<void> {
    if (!this.deployer.ready) {
      const { state, message } = this.cluster.state
      // What runs goes on running without the portal; only what has not reached the cluster is known to wait.
      if (state !== 'ready' && engine.appliedGeneration < engine.generation)
        await this.store(engine, { status: { ...engine.status, message } })
      return
    }
    if (engine.appliedGeneration < engine.generation) await this.revisions.record(revisionOf(engine))
    const driver = await this.deployer.driverFor(engine)
    const observed = this.deployer.observe(engine, driver)
    let found: Observed
    try {
      if (!(await this.moved(engine, driver))) return this.queue.addLater(engine.id, MOVE_MS)
      if (this.deployer.isMissing(engine, driver, observed)) await this.store(engine, { status: missingStatus(engine.status, now()) })
      found = await this.deployer.ensure(engine, driver, observed)
    } catch (thrown) {
      if (!(thrown instanceof KubeError || thrown instanceof ManifestRefused)) throw thrown
      return this.refuse(engine, driver.isServing(observed), thrown)
    }
    const { status, digest, recheckMs } = driver.derive(engine, found, now())
    await this.store(engine, { status, digest, appliedGeneration: engine.generation })
    if (recheckMs !== null) this.queue.addLater(engine.id, recheckMs + RECHECK_SLACK_MS)
  }

  /**
   * Makes sure that the app has no objects of another driver, and that what is going to be applied is known to be there: at any time, only the stored
   * driver may have some. @returns false while those of the former are still there
   */
  private async moved(engine: Engine, driver: EngineDriver): Promise<boolean> {
    if (engine.driver === driver.name) return true
    if (engine.driver !== null) {
      await this.store(engine, { status: movingStatus(engine.status, driver.spec.title, now()) })
      if (!(await this.deployer.leave(engine, ENGINE_DRIVERS[engine.driver], driver))) return false
      this.logger.log(`app ${engine.id} is moved from ${engine.driver} to ${driver.name}`)
    }
    return this.store(engine, { driver: driver.name, appliedGeneration: 0 })
  }

  /** What the cluster or the portal itself refuses is the answer to the deploy; what did not reach the cluster is tried again. */
  private async refuse(engine: Engine, serving: boolean, error: KubeError | ManifestRefused): Promise<void> {
    const cause = diagnoseRefusal(engine, error)
    if (!cause) {
      const waiting = engine.appliedGeneration < engine.generation && engine.status.phase === 'Pending'
      if (waiting)
        await this.store(engine, {
          status: { ...engine.status, message: `The cluster has not taken the app yet and is asked again. It said: ${error.message}` },
        })
      throw error
    }
    await this.store(engine, { status: refusedStatus(engine.status, cause, stepOf(cause.code), serving, now()) })
    this.queue.addLater(engine.id, REFUSED_MS)
  }

  /** What is paused is not in the cluster: so it is the same with every driver, and takes nothing of the quota. */
  private async pause(engine: Engine): Promise<void> {
    if (engine.status.phase === 'Paused' && engine.appliedGeneration === 0) return
    if (!this.deployer.ready) return
    const gone = await this.deployer.remove(engine)
    await this.store(engine, { status: pausedStatus(engine.status, gone, now()), ...(gone ? { appliedGeneration: 0 } : {}) })
    if (!gone) this.queue.addLater(engine.id, GONE_MS)
  }

  private async remove(engine: Engine): Promise<void> {
    // What never reached a cluster need not be looked for where there is none.
    const untouched = engine.appliedGeneration === 0 && !this.deployer.hasCluster
    if (!untouched && !this.deployer.ready) {
      const { state, message } = this.cluster.state
      if (state !== 'ready')
        await this.store(engine, { status: { ...engine.status, message: `The app is removed when the cluster is back. ${message}` } })
      return
    }
    // A watch tells when it is gone, but of a driver that is no longer used nothing is watched.
    if (!untouched && !(await this.deployer.remove(engine))) return this.queue.addLater(engine.id, GONE_MS)
    await this.revisions.removeOf(engine.id)
    await this.engines.remove(engine.id)
    this.logger.log(`app ${engine.id} is removed`)
    this.bus.publish('engine.status-changed', { engineId: engine.id, projectId: engine.projectId, phase: 'Deleting' })
  }

  /** Compare and set, then tell. An app that was changed meanwhile is asked for again by that change. @returns whether it was still as it was read */
  private async store(engine: Engine, found: Partial<Observation>): Promise<boolean> {
    const { status, digest, appliedGeneration, driver } = engine
    const before: Observation = { status, digest, appliedGeneration, driver }
    const after = { ...before, ...found }
    const told = !sameStatus(status, after.status) || digest !== after.digest
    if (!told && appliedGeneration === after.appliedGeneration && driver === after.driver) return true
    const { id, generation, paused } = engine
    if (!(await this.engines.observe(id, { generation, paused, deleting: engine.deletedAt !== null }, after))) return false
    if (after.digest !== null && after.digest !== digest) await this.revisions.setDigest(id, generation, after.digest)
    Object.assign(engine, after)
    if (told) this.bus.publish('engine.status-changed', { engineId: engine.id, projectId: engine.projectId, phase: after.status.phase })
    return true
  }

  /** What is stored of any of them may be old. */
  private addAllAnew(): void {
    void this.addIds(
      () => this.engines.findAllIds(),
      (ids) => this.progress.begin(ids),
    )
  }

  private async addIds(find: () => Promise<string[]>, found: (ids: string[]) => void = () => undefined): Promise<void> {
    try {
      const ids = await find()
      found(ids)
      for (const id of ids) this.queue.add(id)
    } catch (error) {
      this.logger.debug({ err: error }, 'the apps could not be listed, trying again')
      clearTimeout(this.again)
      this.again = setTimeout(() => this.addAllAnew(), LIST_AGAIN_MS)
    }
  }
}
