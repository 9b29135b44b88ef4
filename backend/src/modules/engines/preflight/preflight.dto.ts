import { ApiProperty } from '@nestjs/swagger'
import { Id, Out } from '../../../common/validation/fields.js'
import { BAR_RESOURCES, BAR_UNITS } from '../../quotas/quota.js'
import { SizeDto } from '../../sizes/sizes.dto.js'
import { QuotaBarDto } from '../../quotas/quotas.dto.js'
import { DRIVER_NAMES, type DriverName } from '../../../platform/kubernetes/drivers.js'
import { APP_ACCESS, type AppAccess } from '../engine-spec.js'
import { CAUSE_FIELDS, type CauseField } from '../engine.js'
import { DriverCapabilitiesDto, HealthDto, ScalingDto } from '../engines.dto.js'
import { FieldChangeDto } from '../revisions/revisions.dto.js'
import { AppName, ChangeFields } from '../spec.dto.js'
import {
  CHECK_IDS,
  CHECK_STATES,
  VERDICTS,
  type Check,
  type CheckId,
  type CheckState,
  type Preflight,
  type QuotaTake,
  type Verdict,
} from './preflight.js'

export class CheckEngineDto extends ChangeFields {
  @Id({ description: 'the project of a new app', optional: true })
  projectId?: string

  @Id({ description: 'the app that is to be changed; what is not given stays as it is', optional: true })
  engineId?: string

  @AppName({ optional: true, description: 'name of a new app' })
  name?: string
}

export class CheckDto implements Check {
  @Out({ enum: CHECK_IDS }) id: CheckId
  @Out({ enum: CHECK_STATES }) state: CheckState
  @Out() title: string
  @Out({ description: 'what was seen, and what helps' }) detail: string
  @Out({ enum: [...CAUSE_FIELDS, null], type: String, nullable: true, description: 'the field of the app that it is about' })
  field: CauseField | null
}

export class PreflightImageDto {
  @Out({ description: 'what the reference stands for now' }) digest: string
  @Out({ type: [String], example: ['linux/amd64'] }) platforms: string[]
  @Out({ type: 'integer', format: 'int64', description: 'what is fetched for one platform' }) compressedBytes: number
}

export class QuotaTakeDto implements QuotaTake {
  @Out({ enum: BAR_RESOURCES }) resource: QuotaTake['resource']
  @Out({ enum: BAR_UNITS }) unit: QuotaTake['unit']
  @Out({ type: 'integer' }) limit: number
  @Out({ type: 'integer' }) used: number
  @Out({ type: 'integer', description: 'what this deploy takes until it runs' }) takes: number
  @Out({ type: 'integer', description: 'what is left before it' }) left: number
}

export class PreflightDto implements Preflight {
  @Out({ enum: VERDICTS, description: 'blocked: it would not run' }) verdict: Verdict
  @Out({ type: [CheckDto] }) checks: CheckDto[]
  @ApiProperty({ type: PreflightImageDto, nullable: true, description: 'what the registry says of the image; null when it does not tell' })
  image: PreflightImageDto | null
  @Out({ type: [QuotaTakeDto] }) quota: QuotaTakeDto[]
  @Out({ type: [FieldChangeDto], description: 'what differs from the app as it is wanted now' }) changes: FieldChangeDto[]
  @Out({
    type: String,
    nullable: true,
    description: 'unified diff of the objects in the cluster, without values of secrets; null when it is not known',
  })
  diff: string | null
}

export class EngineOptionsQuery {
  @Id({ optional: true, description: 'the project whose quota is told as well' })
  projectId?: string
}

export class EngineDriverDto {
  @Out({ enum: DRIVER_NAMES }) name: DriverName
  @Out({ example: 'Knative Serving' }) title: string
  @Out() capabilities: DriverCapabilitiesDto
}

export class EngineDefaultsDto {
  @Out() size: string
  @Out() scaling: ScalingDto
  @Out() health: HealthDto
  @Out({ enum: APP_ACCESS }) access: AppAccess
}

/** What a form for a new app offers. */
export class EngineOptionsDto {
  @ApiProperty({ type: EngineDriverDto, nullable: true, description: 'how a new app is run; null while the cluster is not known' })
  driver: EngineDriverDto | null
  @Out({ type: [SizeDto] }) sizes: SizeDto[]
  @Out() defaults: EngineDefaultsDto
  @ApiProperty({ type: [QuotaBarDto], nullable: true, description: 'what the project may have, and has; null without a project' })
  quota: QuotaBarDto[] | null
  @Out({ description: 'whether apps of projects that are not public are only for those who may read them' }) gateway: boolean
}
