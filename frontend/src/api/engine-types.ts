import type { CreateEngineDtoWritable, DriverCapabilitiesDto, HealthDto, PersonDto, ScalingDto, SizeDto } from './generated'

// What the portal answers about apps, until it is in the generated types.

type SpecInput = Omit<CreateEngineDtoWritable, 'projectId' | 'name' | 'leaseHours' | 'secrets'>
export interface PreflightInput extends SpecInput {
  projectId: string
  engineId?: string
  name?: string
  secrets?: Record<string, string | null>
}
export interface FieldChangeDto {
  field: string
  before: string | null
  after: string | null
}
export interface PreflightCheckDto {
  id: string
  state: 'ok' | 'warning' | 'failed' | 'skipped'
  title: string
  detail: string
  field: string | null
}
export interface PreflightQuotaDto {
  resource: 'apps' | 'cpu' | 'memory' | 'gpus'
  unit: 'count' | 'millicpu' | 'MiB'
  limit: number
  used: number
  takes: number
  left: number
}
export interface PreflightDto {
  verdict: 'ok' | 'warning' | 'blocked'
  checks: PreflightCheckDto[]
  image: { digest: string; platforms: string[]; compressedBytes: number } | null
  quota: PreflightQuotaDto[]
  changes: FieldChangeDto[]
  diff: string | null
}
export interface EngineOptionsDto {
  driver: { name: string; title: string } | null
  capabilities: DriverCapabilitiesDto | null
  sizes: SizeDto[]
  defaults: { size: string; scaling: ScalingDto; health: HealthDto; access: 'project' | 'members' }
  gateway: boolean
}
export interface EngineRevisionDto {
  generation: number
  at: string
  author: PersonDto | null
  via: string
  reason: 'created' | 'changed' | 'redeployed' | 'rolled-back' | 'promoted' | 'scaled'
  from: number | null
  image: string
  digest: string | null
  isCurrent: boolean
  changes: FieldChangeDto[]
}
export interface EngineRevisionPage {
  items: EngineRevisionDto[]
  nextCursor: string | null
}
