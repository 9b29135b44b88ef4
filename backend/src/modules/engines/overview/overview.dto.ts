import { ApiProperty } from '@nestjs/swagger'
import { PageOf, PageQuery } from '../../../common/pagination/pagination.js'
import { OneOf, Out, Text } from '../../../common/validation/fields.js'
import { DRIVER_NAMES, type DriverName } from '../../../platform/kubernetes/drivers.js'
import { PersonDto } from '../../iam/users/person.dto.js'
import type { User } from '../../iam/users/user.js'
import type { Project } from '../../projects/project.js'
import { ResourcesDto } from '../../sizes/resources.dto.js'
import { ENGINE_PHASES, type Engine, type EnginePhase } from '../engine.js'
import { LeaseDto } from '../engines.dto.js'
import { ENGINE_SORTS, type EngineSort } from './engine-search.js'

export class AppOverviewQuery extends PageQuery {
  @Text({ max: 120, optional: true, description: 'words, each of which the name of the app, its project or the owner of that contains' })
  q?: string

  @OneOf(ENGINE_PHASES, { optional: true })
  phase?: EnginePhase

  @OneOf(DRIVER_NAMES, { optional: true })
  driver?: DriverName

  @OneOf(ENGINE_SORTS, { optional: true, description: 'memory: what the app requests' })
  sort: EngineSort = 'name'

  @OneOf(['asc', 'desc'], { optional: true })
  order: 'asc' | 'desc' = 'asc'
}

export class AppProjectDto {
  @Out() id: string
  @Out({ description: 'empty for a project that is gone' }) slug: string
  @Out() title: string
}

/** An app as admins see it: whose it is and what it takes. */
export class AppOverviewDto {
  @Out() id: string
  @Out() name: string
  @Out() project: AppProjectDto
  @Out({ description: 'the owner of the project' }) owner: PersonDto
  @Out({ enum: ENGINE_PHASES }) phase: EnginePhase
  @Out({ format: 'date-time', description: 'when the phase was entered' }) since: string
  @Out({ enum: [...DRIVER_NAMES, null], type: String, nullable: true }) driver: DriverName | null
  @Out({ description: 'the size that was chosen' }) size: string
  @Out() resources: ResourcesDto
  @Out({ type: 'integer', description: 'copies of the app that answer' }) replicas: number
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) deployedAt: string
  @ApiProperty({ type: PersonDto, nullable: true }) deployedBy: PersonDto | null
  @ApiProperty({ type: LeaseDto, nullable: true, description: 'of a preview' }) lease: LeaseDto | null
  @Out() paused: boolean
  @Out() image: string
  @Out({ type: String, nullable: true }) digest: string | null

  /** @param project null when it is gone */
  static from(engine: Engine, project: Project | null, users: Map<string, User>): AppOverviewDto {
    const { id, name, projectId, status, driver, size, resources, createdAt, deploy, lease, paused, image, digest } = engine
    const ownerId = project?.ownerId ?? ''
    return {
      id,
      name,
      project: { id: projectId, slug: project?.slug ?? '', title: project?.title ?? '' },
      owner: PersonDto.of(ownerId, users.get(ownerId)),
      phase: status.phase,
      since: status.since.toISOString(),
      driver,
      size,
      resources,
      replicas: status.replicas,
      createdAt: createdAt.toISOString(),
      deployedAt: deploy.at.toISOString(),
      deployedBy: deploy.by && PersonDto.of(deploy.by.id, users.get(deploy.by.id)),
      lease: lease && { expiresAt: lease.expiresAt.toISOString() },
      paused,
      image,
      digest,
    }
  }
}

export class AppOverviewPage extends PageOf(AppOverviewDto) {
  @Out({ type: 'integer', description: 'how many there are under these filters' }) total: number
}
