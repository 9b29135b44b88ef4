import type { Dataset, Engine, Project } from '../src/components/models'

const time = '2026-06-01T12:00:00.000Z'

/** A project with nothing of interest but what is given. */
export const makeProject = (only: Partial<Project> = {}): Project => ({
  id: 'p1',
  slug: 'iris',
  title: 'Iris',
  summary: '',
  task: '',
  tags: [],
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
  driver: 'knative',
  generation: 1,
  createdAt: time,
  updatedAt: time,
  revision: 1,
  ...only,
})
