import { pageSize } from './admin'
import type { ListPage } from './admin'
import { api } from './client'
import type { Query } from './client'
import type {
  AppOverviewDto,
  CreateSizeDto,
  LogLimitsDto,
  QuotaLimitsDto,
  SizeDto,
  SizeListDto,
  SweepDto,
  UpdateSizeDto,
} from './generated'

/** An app of the instance, as admins see it. */
export type AppRow = AppOverviewDto
export type NewSize = Required<CreateSizeDto>
export type SizeChange = Omit<UpdateSizeDto, 'revision'>
/** What no app wants any more, and what becomes of it. */
export type Sweep = SweepDto

export const listApps = (query: Query, signal?: AbortSignal): Promise<ListPage<AppRow>> =>
  api.get('/engines/overview', { limit: pageSize, ...query }, signal)
/** How many apps there are in a phase, or in all. */
export const countApps = async (phase: string): Promise<number> =>
  (await api.get<ListPage<AppRow>>('/engines/overview', { limit: 1, phase })).total ?? 0

/** The sizes in the order in which they are offered. */
export const listSizes = async (): Promise<SizeDto[]> => (await api.get<SizeListDto>('/sizes')).items
export const createSize = (size: NewSize): Promise<SizeDto> => api.post('/sizes', size)
export const updateSize = (id: string, revision: number, change: SizeChange): Promise<SizeDto> =>
  api.patch(`/sizes/${id}`, { revision, ...change })
export const deleteSize = (id: string): Promise<void> => api.send('DELETE', `/sizes/${id}`)

/** What a project may use for which nobody set anything. */
export const getDefaultQuota = (): Promise<QuotaLimitsDto> => api.get('/quotas/default')
export const setDefaultQuota = (limits: QuotaLimitsDto): Promise<QuotaLimitsDto> => api.put('/quotas/default', limits)

export const listOrphans = (): Promise<Sweep> => api.get('/engines/orphans')
/** Removes what no app wants; with `dryRun` it only says what it would remove. */
export const sweep = (dryRun: boolean): Promise<Sweep> => api.post('/engines/sweep', { dryRun })

export const getLogLimits = (): Promise<LogLimitsDto> => api.get('/logs/limits')
export const setLogLimits = (limits: LogLimitsDto): Promise<LogLimitsDto> => api.put('/logs/limits', limits)
