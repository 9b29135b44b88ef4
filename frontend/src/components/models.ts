import type { ApiProblem } from '../api/client'
import type * as api from '../api/generated'
import type { UploadState } from '../api/multipart-upload'
import type { ProjectChanges as Changes } from '../api/projects'

// What the portal answers, by the names that pages and components use. Times are ISO 8601 strings, sizes are bytes.

export type User = api.MeDto
export type SignInOptions = api.SignInOptionsDto
/** What someone may do; the table is the portal's. */
export type Action = api.PermissionsDto['instance'][number]
export type SignedInPlace = api.SessionDto
export type TokenScope = api.CreateTokenDto['scopes'][number]
export type TokenInput = api.CreateTokenDto
export type Sharing = api.SharingDto
export type Member = api.MemberDto
export type MemberRole = Member['role']
export type Visibility = api.ProjectDto['visibility']
export type DirectoryEntry = api.DirectoryEntryDto
/** What a picker finds. */
export interface PickerEntry {
  kind: 'user' | 'group' | 'project'
  id: string
  name: string
  displayName: string
}
export type Session = api.SignedInDto
export type ApiToken = api.TokenDto
export type CreatedApiToken = api.CreatedTokenDto
export type Project = api.ProjectDto
export type ProjectInput = Required<Pick<api.CreateProjectDto, 'title' | 'summary' | 'task' | 'tags'>>
export type ProjectChanges = Changes
export type NewProject = ProjectInput & { visibility: Visibility }
export type Dataset = api.DatasetDto
export type DatasetFile = api.DatasetFileDto
export type Upload = api.UploadDto
export type Engine = api.EngineDto & { isPrivate?: boolean }
type WholeSpec = Required<Omit<api.CreateEngineDtoWritable, 'projectId' | 'leaseHours' | 'scaling' | 'health'>>
/** All that a form says of a new app. */
export type EngineInput = WholeSpec & { scaling: Scaling; health: Health } & Pick<api.CreateEngineDtoWritable, 'leaseHours'>
export type EngineChanges = api.UpdateEngineDtoWritable
/** A second app, made of one that is there, that goes away by itself. */
export type PreviewInput = Pick<api.PreviewDtoWritable, 'name' | 'image' | 'leaseHours'>
export type EngineOptions = api.EngineOptionsDto
export type EngineSize = api.SizeDto
export type Scaling = api.ScalingDto
export type Health = api.HealthDto
export type AppAccess = Engine['access']
export type Preflight = api.PreflightDto
export type PreflightCheck = api.CheckDto
/** An app as it is wanted, to be checked before it is. */
export type PreflightInput = api.CheckEngineDtoWritable
export type EngineRevision = api.EngineRevisionDto
/** How one field was or would be changed; a value that is not there is null. */
export type FieldChange = api.FieldChangeDto
export type EngineStatus = api.EngineStatusDto
export type EnginePhase = EngineStatus['phase']
export type EngineStep = api.EngineStepDto
export type EngineCause = api.EngineCauseDto
export type Capabilities = api.CapabilitiesDto
export type Quota = api.QuotaDto
export type QuotaLimits = api.QuotaLimitsDto
export type LogLimits = api.LogLimitsDto
export type QuotaBar = api.QuotaBarDto
export type QuotaResource = QuotaBar['resource']
export type Registry = api.RegistryDto
export type Size = api.SizeDto
export type Resources = api.ResourcesDto

// What the SPA itself keeps.

/** One file of this tab on its way into a data set. */
export interface UploadItem {
  key: number
  name: string
  size: number
  datasetId: string
  projectSlug: string
  state: UploadState | 'queued'
  sent: number
  /** Bytes per second; null while unknown. */
  speed: number | null
  problem: ApiProblem | null
}

/** A start of an app that was asked for in this tab. */
export interface DeployActivity {
  engineId: string
  name: string
  projectSlug: string
  phase: EnginePhase
}
