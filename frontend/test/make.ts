import type { Task } from '../src/api/tasks'
import type { Dataset, Engine, EngineOptions, EngineRevision, Project } from '../src/components/models'

const time = '2026-06-01T12:00:00.000Z'

/** A project with nothing of interest but what is given. */
export const makeProject = (only: Partial<Project> = {}): Project => ({
  id: 'p1',
  slug: 'iris',
  title: 'Iris',
  summary: '',
  task: '',
  tags: [],
  frameworks: [],
  licence: '',
  contacts: [],
  links: [],
  cover: null,
  coverUrl: null,
  stars: 0,
  starred: false,
  views: 0,
  app: null,
  publishedVersion: null,
  publishedAt: null,
  owner: { id: 'u1', username: 'ada', displayName: 'Ada' },
  visibility: 'private',
  allowed: [
    'project:read',
    'project:update',
    'project:delete',
    'project:members',
    'project:share',
    'project:transfer',
    'dataset:create',
    'dataset:update',
    'dataset:delete',
    'engine:read',
    'engine:log',
    'engine:create',
    'engine:update',
    'engine:delete',
  ],
  createdAt: time,
  updatedAt: time,
  revision: 1,
  ...only,
})

export const makeDataset = (only: Partial<Dataset> = {}): Dataset => ({
  id: 'd1',
  projectId: 'p1',
  name: 'iris',
  fileCount: 0,
  sizeBytes: 0,
  createdAt: time,
  updatedAt: time,
  revision: 1,
  ...only,
})

/** An app; `phase` is the one thing of its status that most tests are about. */
export const makeEngine = ({ phase = 'Running', ...only }: Partial<Engine> & { phase?: Engine['status']['phase'] } = {}): Engine => ({
  id: 'e1',
  projectId: 'p1',
  name: 'demo',
  image: 'group/app:1',
  digest: null,
  port: 7860,
  env: {},
  url: 'http://demo-iris.apps.localhost:8081',
  status: { phase, since: time, message: '', steps: [], replicas: 1, cause: null },
  command: [],
  args: [],
  secrets: [],
  size: 'small',
  resources: { cpuMillis: 500, cpuLimitMillis: 1000, memoryMiB: 512, memoryLimitMiB: 1024, ephemeralMiB: 2048, gpus: 0 },
  scaling: { min: 0, max: 3, metric: 'concurrency', target: 50, windowSeconds: null, scaleDownDelaySeconds: 0 },
  health: { kind: 'tcp', path: '', startupSeconds: 60 },
  access: 'project',
  isPrivate: false,
  paused: false,
  lease: null,
  previewOf: null,
  deployedAt: time,
  deployedBy: null,
  capabilities: { scaleToZero: true, autoscaling: true },
  driver: 'knative',
  generation: 1,
  createdAt: time,
  updatedAt: time,
  revision: 1,
  ...only,
})

/** What can be chosen for an app, on an instance with one size. */
export const makeOptions = (only: Partial<EngineOptions> = {}): EngineOptions => {
  const { size, resources, scaling, health, access } = makeEngine()
  return {
    driver: { name: 'knative', title: 'Knative', capabilities: { scaleToZero: true, autoscaling: true } },
    sizes: [{ id: size, title: 'Small', description: '', ...resources, isDefault: true, order: 0, revision: 1 }],
    defaults: { size, scaling, health, access },
    quota: null,
    gateway: true,
    ...only,
  }
}

export const makeRevision = (only: Partial<EngineRevision> = {}): EngineRevision => ({
  generation: 1,
  at: time,
  author: null,
  via: 'session',
  reason: 'changed',
  from: null,
  image: 'group/app:1',
  digest: null,
  isCurrent: false,
  changes: [],
  ...only,
})

/** A bulk export that runs, of the account `u1`. */
export const makeTask = (only: Partial<Task> = {}): Task => ({
  id: 't1',
  kind: 'bulk-export',
  state: 'running',
  current: 1,
  total: 4,
  done: 1,
  skipped: 0,
  failed: 0,
  cancelling: false,
  canRetry: false,
  createdAt: time,
  startedAt: time,
  endedAt: null,
  createdBy: { id: 'u1', username: 'ada', displayName: 'Ada' },
  note: '',
  problem: null,
  result: null,
  params: { what: 'published', format: 'pdf' },
  ...only,
})
