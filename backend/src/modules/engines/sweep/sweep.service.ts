import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { ProjectsService } from '../../projects/projects.service.js'
import { EngineSweeper, type Swept } from '../engine.sweeper.js'
import { OrphanFinder, type Findings } from './orphan-finder.js'
import { ExpiredLeaseDto, OrphanDto, SweepDto } from './sweep.dto.js'

const NOTHING: Pick<Swept, 'orphans' | 'expired'> = { orphans: new Set(), expired: new Set() }

/** The sweep as admins have it: they see what it would remove, and let it run. It removes nothing else for them than it does by itself. */
@Injectable()
export class SweepService {
  constructor(
    private readonly finder: OrphanFinder,
    private readonly sweeper: EngineSweeper,
    private readonly projects: ProjectsService,
  ) {}

  async find(): Promise<SweepDto> {
    return this.toDto(await this.finder.look(now()), NOTHING)
  }

  async sweep(auth: AuthContext, dryRun: boolean): Promise<SweepDto> {
    if (dryRun) return this.find()
    const swept = await this.sweeper.sweep(now(), (change) => auth.trail.change(change))
    return this.toDto(swept.findings, swept)
  }

  private async toDto({ observedAt, orphans, expired }: Findings, removed: Pick<Swept, 'orphans' | 'expired'>): Promise<SweepDto> {
    const projects = await this.projects.mapOf(expired.map(({ projectId }) => projectId))
    return {
      observedAt: observedAt?.toISOString() ?? null,
      items: orphans.map((orphan) => OrphanDto.from(orphan, removed.orphans.has(orphan))),
      leases: expired.flatMap((engine) =>
        engine.lease === null
          ? []
          : [ExpiredLeaseDto.from(engine, engine.lease.expiresAt, projects.get(engine.projectId) ?? null, removed.expired.has(engine.id))],
      ),
    }
  }
}
