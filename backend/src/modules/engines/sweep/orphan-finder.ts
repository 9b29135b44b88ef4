import { Inject, Injectable } from '@nestjs/common'
import { LABEL, type KubeObject } from '../../../platform/kubernetes/kube-objects.js'
import { InstanceService } from '../../instance/instance.service.js'
import { ProjectsService } from '../../projects/projects.service.js'
import type { Engine } from '../engine.js'
import { EngineDeployer } from '../engine.deployer.js'
import { EngineRepository } from '../engine.repository.js'
import { straysOf, type OrphanReason } from './orphans.js'

/** What is found without an owner is looked at once more after so long, before it may be removed. */
const GRACE_MS = 60_000

/** An object in the cluster that no record wants, and what may be done about it. */
export interface Orphan {
  object: KubeObject
  reason: OrphanReason
  removable: boolean
  /** When it may be removed at the earliest: a grace after it was found like that. Null for what is never removed from here, or may be now. */
  removableFrom: Date | null
}

/** What could be swept. */
export interface Findings {
  /** As of when the cluster is known; null while it is away, so that nothing is known of it. */
  observedAt: Date | null
  orphans: Orphan[]
  /** Previews whose time has passed. */
  expired: Engine[]
}

/** Finds what nobody owns any more, and changes nothing. Each look counts: what was found like that twice, a grace apart, may be removed. */
@Injectable()
export class OrphanFinder {
  /** When each was found first, by its uid. */
  private suspects = new Map<string, number>()

  constructor(
    private readonly engines: EngineRepository,
    @Inject(ProjectsService) private readonly projects: Pick<ProjectsService, 'stillThere'>,
    private readonly deployer: EngineDeployer,
    @Inject(InstanceService) private readonly instance: Pick<InstanceService, 'id'>,
  ) {}

  /** Looks at the cluster and at the records, in this order: the record of an app is always written first. */
  async look(at: Date): Promise<Findings> {
    const expired = await this.engines.findExpired(at)
    if (!this.deployer.ready) return { observedAt: null, orphans: [], expired }
    const inventory = this.deployer.inventory()
    const engineIds = new Set(await this.engines.findAllIds())
    const projectIds = await this.projects.stillThere(
      inventory.namespaces.flatMap(({ metadata }) => metadata.labels?.[LABEL.project] ?? []),
    )
    // Last, and never from memory: whose records these are.
    const strays = straysOf(inventory, { engineIds, projectIds, instanceId: await this.instance.id() })
    const before = this.suspects
    const sinceOf = ({ metadata }: KubeObject): number => before.get(metadata.uid ?? '') ?? at.getTime()
    this.suspects = new Map(strays.map(({ object }) => [object.metadata.uid ?? '', sinceOf(object)]))
    const orphans = strays.map(({ object, reason }): Orphan => {
      const ours = reason === 'app-gone' || reason === 'project-gone'
      const from = new Date(sinceOf(object) + GRACE_MS)
      const removable = ours && at >= from
      return { object, reason, removable, removableFrom: ours && !removable ? from : null }
    })
    return { observedAt: at, orphans, expired }
  }
}
