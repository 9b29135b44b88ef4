import type { EngineStatusDto, PersonDto, ResourcesDto } from './generated'

// What the portal answers about quotas, registries and apps of the instance, until it is in the generated types.

export interface QuotaLimitsDto {
  apps: number
  cpuMillis: number
  memoryMiB: number
  gpus: number
}
export interface QuotaBarDto {
  resource: 'apps' | 'cpu' | 'memory' | 'gpus'
  unit: 'count' | 'millicpu' | 'MiB'
  used: number
  limit: number
}
export interface QuotaDto {
  source: 'default' | 'project'
  limits: QuotaLimitsDto
  bars: QuotaBarDto[]
  observedAt: string | null
}
export interface RegistryDto {
  registry: string
  username: string
  updatedAt: string
}
export interface AppOverviewDto {
  id: string
  name: string
  project: { id: string; slug: string; title: string }
  owner: PersonDto
  phase: EngineStatusDto['phase']
  since: string
  driver: string | null
  size: string
  resources: ResourcesDto
  replicas: number
  createdAt: string
  deployedAt: string
  deployedBy: PersonDto | null
  lease: { expiresAt: string } | null
  paused: boolean
  image: string
  digest: string | null
}
export interface OrphanDto {
  kind: string
  namespace: string
  name: string
  createdAt: string | null
  why: string
  removable: boolean
}
export interface ExpiredLeaseDto {
  id: string
  name: string
  project: { id: string; slug: string; title: string }
  expiresAt: string
}
export interface SweepDto {
  items: OrphanDto[]
  leases: ExpiredLeaseDto[]
}
