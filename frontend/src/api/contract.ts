/** What the portal answers, as the SPA names it. Times are ISO 8601 strings, sizes are bytes. */

export type Role = 'admin' | 'user'

export interface User {
  id: string
  username: string
  displayName: string
  role: Role
}

export interface Session {
  user: User
  csrfToken: string
}

export interface ApiToken {
  id: string
  name: string
  createdAt: string
  lastUsedAt: string | null
}

/** The answer to creating a token: the only time that its value is shown. */
export interface CreatedApiToken extends ApiToken {
  token: string
}

export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

export interface Person {
  id: string
  username: string
  displayName: string
}

export interface Project {
  id: string
  slug: string
  title: string
  summary: string
  task: string
  tags: string[]
  owner: Person
  createdAt: string
  updatedAt: string
  revision: number
}

export interface ProjectInput {
  title: string
  summary: string
  task: string
  tags: string[]
}

export interface Dataset {
  id: string
  projectId: string
  name: string
  fileCount: number
  sizeBytes: number
  createdAt: string
  updatedAt: string
  revision: number
}

export interface DatasetFile {
  id: string
  datasetId: string
  name: string
  size: number
  contentType: string
  checksum: string | null
  createdAt: string
}

export interface UploadTarget {
  kind: 'dataset'
  id: string
}

export interface UploadPart {
  number: number
  size?: number
  done?: boolean
  etag?: string | null
  url: string | null
}

export interface Upload {
  id: string
  target: UploadTarget
  name: string
  size: number
  contentType: string
  status: 'pending' | 'completed' | 'aborted'
  partSize: number
  parts: UploadPart[]
  expiresAt: string
  createdAt: string
}

export interface UploadResult {
  upload: Upload
  file: DatasetFile
}

export type EnginePhase =
  'Pending' | 'Deploying' | 'Running' | 'Idle' | 'Waking' | 'Degraded' | 'Failed' | 'Paused' | 'Missing' | 'Deleting'

export type EngineStepName = 'scheduling' | 'pulling' | 'starting' | 'ready'
export type EngineStepState = 'waiting' | 'active' | 'done' | 'failed'

export interface EngineStep {
  name: EngineStepName
  state: EngineStepState
  startedAt: string | null
  finishedAt: string | null
}

/** Why an app does not run: what was seen, and the form field that repairs it. */
export interface EngineCause {
  code: string
  title: string
  evidence: string
  fix: string
  field: string | null
}

export interface EngineStatus {
  phase: EnginePhase
  since: string
  message: string
  steps: EngineStep[]
  replicas: number
  cause: EngineCause | null
}

export interface Engine {
  id: string
  projectId: string
  name: string
  image: string
  digest: string | null
  port: number
  env: Record<string, string>
  url: string
  status: EngineStatus
  generation: number
  createdAt: string
  updatedAt: string
  revision: number
}

export interface EngineInput {
  name: string
  image: string
  port: number
  env: Record<string, string>
}

export type ClusterState = 'absent' | 'starting' | 'ready' | 'unreachable'

export interface Capabilities {
  cluster: {
    state: ClusterState
    message: string
    driver: string | null
    version: string | null
    scaleToZero: boolean
    since: string
  }
  database: { state: 'ready' | 'unavailable' }
  objectStore: { state: 'ready' | 'unavailable'; publicEndpoint: string }
  appsUrl: string
  limits: { maxUploadBytes: number }
}
