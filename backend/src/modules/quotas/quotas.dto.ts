import { Out, WholeNumber } from '../../common/validation/fields.js'
import {
  BAR_RESOURCES,
  BAR_UNITS,
  MAX_QUOTA,
  QUOTA_SOURCES,
  type Quota,
  type QuotaBar,
  type QuotaLimits,
  type QuotaSource,
} from './quota.js'

/** What one project may have in all. */
export class QuotaLimitsDto implements QuotaLimits {
  @WholeNumber({ min: 0, max: MAX_QUOTA.apps, example: 20 })
  apps: number

  @WholeNumber({ min: 0, max: MAX_QUOTA.cpuMillis, description: 'thousandths of a processor that apps request together', example: 8_000 })
  cpuMillis: number

  @WholeNumber({ min: 0, max: MAX_QUOTA.memoryMiB, description: 'mebibytes of memory that apps request together', example: 16_384 })
  memoryMiB: number

  @WholeNumber({ min: 0, max: MAX_QUOTA.gpus, description: 'whole GPUs', example: 0 })
  gpus: number
}

export class QuotaBarDto implements QuotaBar {
  @Out({ enum: BAR_RESOURCES }) resource: QuotaBar['resource']
  @Out({ enum: BAR_UNITS }) unit: QuotaBar['unit']
  @Out({ type: 'integer' }) used: number
  @Out({ type: 'integer' }) limit: number
}

export class QuotaDto {
  @Out({ enum: QUOTA_SOURCES, description: 'default: the project has no quota of its own' }) source: QuotaSource
  @Out() limits: QuotaLimitsDto
  @Out({ type: [QuotaBarDto] }) bars: QuotaBarDto[]
  @Out({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "as of when the cluster's figures are; null when they are not known",
  })
  observedAt: string | null

  static from({ source, limits, bars, observedAt }: Quota): QuotaDto {
    return { source, limits, bars, observedAt: observedAt?.toISOString() ?? null }
  }
}
