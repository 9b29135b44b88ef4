import { Out, YesNo } from '../../../common/validation/fields.js'
import type { Project } from '../../projects/project.js'
import type { Engine } from '../engine.js'
import { AppProjectDto } from '../overview/overview.dto.js'
import type { Orphan } from './orphan-finder.js'
import { ORPHAN_REASONS, type OrphanReason } from './orphans.js'

export class SweepOptionsDto {
  @YesNo({ description: 'only tell what would be removed' })
  dryRun: boolean
}

const WHY: Record<OrphanReason, string> = {
  'app-gone': 'No app here is made of it.',
  'project-gone': 'Its project is gone.',
  foreign: 'It was made by a portal with another database, which may have apps in it. It is never removed from here.',
  unmarked: 'Nothing tells which portal made it. If nobody needs it, remove it with kubectl.',
}

/** An object in the cluster that no app and no project here wants. */
export class OrphanDto {
  @Out({ example: 'Service' }) kind: string
  @Out({ description: 'empty for a namespace itself' }) namespace: string
  @Out() name: string
  @Out({ type: String, format: 'date-time', nullable: true }) createdAt: string | null
  @Out({ description: 'why nothing wants it, and when it is removed' }) why: string
  @Out({ enum: ORPHAN_REASONS, description: 'the same for programs' }) reason: OrphanReason
  @Out({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'when a sweep may remove it at the earliest; null where none does, or one may now',
  })
  removableFrom: string | null
  @Out({ description: 'whether a sweep removes it now' }) removable: boolean
  @Out({ description: 'whether this sweep has removed it' }) removed: boolean

  static from({ object, reason, removable, removableFrom }: Orphan, removed: boolean): OrphanDto {
    const { kind, metadata } = object
    const from = removableFrom?.toISOString() ?? null
    return {
      kind,
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      createdAt: metadata.creationTimestamp ?? null,
      why: `${WHY[reason]}${from === null ? '' : ` It may be removed from ${from} on.`}`,
      reason,
      removableFrom: from,
      removable,
      removed,
    }
  }
}

/** A preview whose time has passed. */
export class ExpiredLeaseDto {
  @Out() id: string
  @Out() name: string
  @Out() project: AppProjectDto
  @Out({ format: 'date-time' }) expiresAt: string
  @Out({ description: 'whether this sweep has removed it' }) removed: boolean

  /** @param expiresAt of the app's lease @param project null when it is gone */
  static from({ id, name, projectId }: Engine, expiresAt: Date, project: Project | null, removed: boolean): ExpiredLeaseDto {
    const of = { id: projectId, slug: project?.slug ?? '', title: project?.title ?? '' }
    return { id, name, project: of, expiresAt: expiresAt.toISOString(), removed }
  }
}

export class SweepDto {
  @Out({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'null while the cluster is away: what is in it is not known then',
  })
  observedAt: string | null

  @Out({ type: [OrphanDto] }) items: OrphanDto[]
  @Out({ type: [ExpiredLeaseDto] }) leases: ExpiredLeaseDto[]
}
