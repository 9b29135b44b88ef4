import { Inject, Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import type { AuditChange } from '../../common/auth-context/audit-trail.js'
import { now } from '../../common/clock.js'
import { LABEL } from '../../platform/kubernetes/kube-objects.js'
import { AuditRecorder } from '../audit/audit-recorder.js'
import { EventBus } from '../events/event-bus.js'
import { deletingStatus, type Engine } from './engine.js'
import { EngineDeployer } from './engine.deployer.js'
import { EngineRepository } from './engine.repository.js'
import { OrphanFinder, type Findings, type Orphan } from './sweep/orphan-finder.js'

const SWEEP_MS = 30_000

/** What was found and removed. */
export interface Swept {
  findings: Findings
  orphans: ReadonlySet<Orphan>
  /** Ids of previews. */
  expired: ReadonlySet<string>
}

/** Removes what nobody owns any more: objects in the cluster without a record, and previews whose lease has run out. Never an app that somebody has. */
@Injectable()
export class EngineSweeper implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger('EngineSweeper')
  private timer: NodeJS.Timeout | undefined

  constructor(
    private readonly finder: OrphanFinder,
    private readonly engines: EngineRepository,
    private readonly deployer: EngineDeployer,
    private readonly bus: EventBus,
    @Inject(AuditRecorder) private readonly audit: Pick<AuditRecorder, 'system'>,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.trySweep(), SWEEP_MS)
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  /**
   * Removes what {@link OrphanFinder} says may be removed.
   * @param changed is told of each thing that was removed, for the audit log, at once: a later failure takes back nothing
   */
  async sweep(at: Date, changed: (change: AuditChange) => void): Promise<Swept> {
    const findings = await this.finder.look(at)
    const expired = new Set<string>()
    for (const engine of findings.expired) {
      // Extended or promoted since: then it is left alone.
      const marked = await this.engines.markExpired(engine.id, deletingStatus(at), at)
      if (!marked) continue
      expired.add(engine.id)
      changed({ resource: { type: 'engine', id: engine.id, name: engine.name }, before: leaseOf(engine) })
      this.bus.publish('engine.status-changed', { engineId: engine.id, projectId: engine.projectId, phase: 'Deleting' })
    }
    const orphans = new Set<Orphan>()
    for (const orphan of findings.orphans) {
      if (!orphan.removable) continue
      const { kind, metadata } = orphan.object
      this.logger.warn(`${kind} ${metadata.namespace ?? ''}/${metadata.name} belongs to nothing that is known here: it is removed`)
      // It may have become somebody's app since.
      if (!(await this.deployer.removeStray(orphan.object))) continue
      orphans.add(orphan)
      changed(changeOf(orphan))
    }
    return { findings, orphans, expired }
  }

  private async trySweep(): Promise<void> {
    const changes: AuditChange[] = []
    try {
      await this.sweep(now(), (change) => changes.push(change))
    } catch (error) {
      this.logger.warn({ err: error }, 'the sweep did not end; the next one goes on')
    } finally {
      await this.audit.system('engine:administer', changes)
    }
  }
}

const leaseOf = ({ lease, previewOf, image }: Engine): Record<string, unknown> => ({
  expiresAt: lease?.expiresAt.toISOString(),
  previewOf,
  image,
})

/** As the audit log has it: about the app or the project that the object was made for. */
function changeOf({ object: { kind, metadata }, reason }: Orphan): AuditChange {
  const { name, namespace = '', labels = {} } = metadata
  const engine = labels[LABEL.engine]
  const resource =
    engine === undefined ? ({ type: 'project', id: labels[LABEL.project] ?? name } as const) : ({ type: 'engine', id: engine } as const)
  return { resource: { ...resource, name }, before: { kind, namespace, name, reason } }
}
