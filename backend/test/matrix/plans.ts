import { EventBus } from '../../src/modules/events/event-bus.js'
import { newId } from '../../src/common/ids.js'
import { canonicalJson, sha256 } from '../../src/common/canonical-json.js'
import { BUILT_IN_POLICY } from '../../src/modules/publications/publication-policy.js'
import type { VersionHead } from '../../src/modules/publications/version.js'
import { VersionRepository } from '../../src/modules/publications/version.repository.js'
import { RegistryRepository } from '../../src/modules/registries/registry.repository.js'
import { newTask } from '../../src/modules/tasks/task.js'
import { TaskRepository } from '../../src/modules/tasks/task.repository.js'
import { SizeRepository } from '../../src/modules/sizes/size.repository.js'
import type { TestClient } from '../client.js'
import type { Ownership, Subject } from './expectations.js'
import { BASE_WORD, PASSWORD, type Kind, type Things, type World } from './world.js'

/** One cell: who asks about whose thing. */
export interface Cell {
  world: World
  subject: Subject
  ownership: Ownership
}

/** What a call says. */
export interface Call {
  params?: Record<string, string>
  query?: Record<string, string>
  body?: unknown
}

/** An answer as it came; a stream is still open. */
export interface Given {
  status: number
  headers: Headers
  text: string
  json: unknown
  stream: ReadableStream<Uint8Array> | null
}

/** How an operation is called so that nothing but a lack of rights can refuse it. */
export interface Plan {
  call: (things: Things, cell: Cell) => Call | Promise<Call>
  /** It is about nothing that belongs to someone; so is a call that asks for nothing. */
  general?: true
  /** What the call changes: one that is allowed gets its own. */
  changes?: readonly Kind[]
  /** A session of its own for the call, because it ends that; `double`: of an account of its own. */
  session?: 'own' | 'double'
  /** What is wrong with the content of an answer that was allowed; undefined when nothing is. */
  check?: (given: Given, things: Things, cell: Cell) => string | undefined | Promise<string | undefined>
}

interface Items {
  items: { id: string; kind?: string; projectId?: string; user?: { id: string }; owner?: { id: string }; env?: unknown }[]
  nextCursor: string | null
}

/** A text as an editor sends it. */
const TEXT = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Put a flower in front of the camera.' }] }] }
let count = 0
const unique = (): string => `n${++count}`
const id = ({ project }: Things): Call => ({ params: { id: project.id } })
const items = ({ json }: Given): Items['items'] => (json as Items).items

/** Both lists have the same entries. */
function same(what: string, found: readonly string[], wanted: readonly string[]): string | undefined {
  const extra = found.filter((each) => !wanted.includes(each)).length
  const lacking = wanted.filter((each) => !found.includes(each)).length
  return extra + lacking === 0 ? undefined : `${what}: ${extra} too many, ${lacking} missing`
}

const readable = ({ world, subject }: Cell): string[] =>
  world.projectIds().filter((project) => world.capabilities(subject, project).includes('read'))

/** How every operation is called, by the names of the expectations. */
export const PLANS: Record<string, Plan> = {
  getVersion: { call: () => ({}) },
  getSignInOptions: { call: () => ({}) },
  login: {
    call: async (_, { world }) => ({ body: { username: (await world.addUser({})).username, password: PASSWORD } }),
    general: true,
  },
  refreshSession: { call: () => ({ body: {} }), session: 'own' },
  getCapabilities: { call: () => ({}) },
  streamEvents: { call: () => ({}), check: eventsAreExactlyTheirs },
  getMyPermissions: {
    call: () => ({}),
    check: ({ json }, _, { subject }) => {
      const mayManage = (json as { instance: string[] }).instance.includes('user:manage')
      return mayManage === (subject === 'admin') ? undefined : `user:manage is ${mayManage}`
    },
  },
  'getMyPermissions of a project': {
    call: ({ project }) => ({ query: { projectId: project.id } }),
    check: ({ json }, { project }, { world, subject }) => {
      if (subject.startsWith('token')) return undefined
      const can = world.capabilities(subject, project.id)
      const allowed = (json as { project: string[] }).project
      const needs = {
        read: 'project:read',
        edit: 'dataset:create',
        deploy: 'engine:create',
        manage: 'project:share',
        own: 'project:transfer',
      }
      const wrong = Object.entries(needs).filter(
        ([capability, action]) => allowed.includes(action) !== can.some((each) => each === capability),
      )
      return wrong.length === 0 ? undefined : `wrong about ${wrong.join(' ')}`
    },
  },
  me: {
    call: () => ({}),
    check: ({ json }, _, { world, subject }) =>
      (json as { user: { id: string } }).user.id === world.accountOf(subject)?.id ? undefined : 'somebody else',
  },
  updateMe: { call: () => ({ body: { displayName: unique() } }), session: 'double' },
  changePassword: { call: () => ({ body: { currentPassword: PASSWORD, newPassword: `${PASSWORD}-${unique()}` } }), session: 'double' },
  logout: { call: () => ({ body: {} }), session: 'own' },
  listSessions: {
    call: () => ({ query: { limit: '100' } }),
    check: (given, _, { world, subject }) =>
      items(given).every(({ user }) => user?.id === world.accountOf(subject)?.id) ? undefined : "another's session",
  },
  'listSessions of all': {
    call: () => ({ query: { of: 'all', limit: '100' } }),
    check: (given) => (new Set(items(given).map(({ user }) => user?.id)).size > 1 ? undefined : 'only one person has sessions'),
  },
  endSession: { call: ({ session }) => ({ params: { id: session.id } }), changes: ['session'] },
  createToken: { call: () => ({ body: { name: unique(), scopes: ['runs:write'] } }) },
  listTokens: {
    call: () => ({ query: { limit: '100' } }),
    check: (given, _, { world, subject }) =>
      items(given).every(({ owner }) => owner?.id === world.accountOf(subject)?.id) ? undefined : "another's token",
  },
  'listTokens of all': {
    call: () => ({ query: { of: 'all', limit: '100' } }),
    check: (given) => (new Set(items(given).map(({ owner }) => owner?.id)).size > 1 ? undefined : 'only one person has tokens'),
  },
  revokeToken: { call: ({ token }) => ({ params: { id: token.id } }), changes: ['token'] },

  createProject: { call: () => ({ body: { title: unique(), visibility: 'private' } }) },
  listProjects: {
    call: () => ({ query: { q: BASE_WORD, limit: '100' } }),
    check: (given, _, cell) =>
      same(
        'projects',
        items(given).map((item) => item.id),
        readable(cell),
      ),
  },
  getProjectFacets: {
    call: () => ({ query: { q: BASE_WORD } }),
    check: ({ json }, _, cell) => {
      const [found, wanted] = [(json as { total: number }).total, readable(cell).length]
      return found === wanted ? undefined : `${found} are counted, not ${wanted}`
    },
  },
  searchEverywhere: {
    call: () => ({ query: { q: BASE_WORD, limit: '100' } }),
    check: (given, _, cell) =>
      same(
        'projects',
        items(given)
          .filter(({ kind }) => kind === 'project')
          .map((item) => item.id),
        readable(cell),
      ),
  },
  starProject: { call: id },
  unstarProject: { call: id },
  countProjectView: { call: id },
  getProjectCard: { call: id },
  writeProjectCard: {
    call: ({ project }) => ({ params: { id: project.id }, body: { revision: 1, section: 'usage', content: TEXT } }),
    changes: ['project'],
  },
  getProject: { call: ({ project }) => ({ params: { idOrSlug: project.id } }) },
  'getProject by slug': { call: ({ project }) => ({ params: { idOrSlug: project.slug } }) },
  updateProject: {
    call: ({ project }) => ({ params: { id: project.id }, body: { revision: project.revision, title: unique() } }),
    changes: ['project'],
  },
  deleteProject: { call: id, changes: ['project'] },
  getProjectSharing: { call: id },
  setProjectMember: {
    call: ({ project, member }) => ({ params: { id: project.id, kind: member.kind, memberId: member.id }, body: { role: 'editor' } }),
    changes: ['project'],
  },
  'setProjectMember of a group': {
    call: ({ project, group }) => ({ params: { id: project.id, kind: 'group', memberId: group.id }, body: { role: 'editor' } }),
    changes: ['project'],
  },
  removeProjectMember: {
    call: ({ project, member }) => ({ params: { id: project.id, kind: member.kind, memberId: member.id } }),
    changes: ['project'],
  },
  setProjectVisibility: {
    call: ({ project }) => ({ params: { id: project.id }, body: { revision: project.revision, visibility: 'internal' } }),
    changes: ['project'],
  },
  transferProject: { call: ({ project, member }) => ({ params: { id: project.id }, body: { ownerId: member.id } }), changes: ['project'] },
  getPublication: { call: id },
  publishProject: { call: ({ project }) => ({ params: { id: project.id }, body: { note: unique() } }), changes: ['project'] },
  listProjectVersions: {
    call: async ({ project }, cell) => ({ params: { id: await newVersion(project.id, cell) } }),
    check: (given) => (items(given).length === 1 ? undefined : 'not the one version'),
  },
  getProjectVersion: {
    call: async ({ project }, cell) => ({ params: { id: await newVersion(project.id, cell), number: '1' } }),
    check: ({ json }) => ((json as { intact: boolean }).intact ? undefined : 'is not intact'),
  },
  diffProjectVersion: { call: async ({ project }, cell) => ({ params: { id: await newVersion(project.id, cell), number: '1' } }) },
  withdrawProjectVersion: {
    call: async ({ project }, cell) => ({ params: { id: await newVersion(project.id, cell), number: '1' }, body: { reason: unique() } }),
    changes: ['project'],
  },
  getProjectCitation: {
    call: id,
    check: ({ json }) => ((json as { bibtex: string }).bibtex.startsWith('@misc{') ? undefined : 'is no citation'),
  },
  getPublicationPolicy: { call: () => ({}) },
  // What is there already: cells that change it at the same moment would be in each other's way.
  setPublicationPolicy: { call: () => ({ body: { ...BUILT_IN_POLICY } }) },

  createDataset: { call: ({ project }) => ({ body: { projectId: project.id, name: unique() } }), changes: ['project'] },
  listDatasets: {
    call: ({ project }) => ({ query: { projectId: project.id, limit: '100' } }),
    check: (given, { project, dataset }) =>
      items(given).every(({ projectId }) => projectId === project.id) && items(given).some((item) => item.id === dataset.id)
        ? undefined
        : 'not those of the project',
  },
  getDataset: { call: ({ dataset }) => ({ params: { id: dataset.id } }) },
  deleteDataset: { call: ({ dataset }) => ({ params: { id: dataset.id } }), changes: ['dataset'] },
  listDatasetFiles: {
    call: ({ dataset }) => ({ params: { id: dataset.id } }),
    check: (given, { file }) =>
      same(
        'files',
        items(given).map((item) => item.id),
        [file.id],
      ),
  },
  downloadDatasetFile: {
    call: ({ dataset, file }) => ({ params: { id: dataset.id, fileId: file.id } }),
    check: ({ headers }, { file }) => (headers.get('location')?.includes(file.id) ? undefined : 'no address of the file'),
  },
  deleteDatasetFile: { call: ({ dataset, file }) => ({ params: { id: dataset.id, fileId: file.id } }), changes: ['dataset'] },
  createUpload: {
    call: ({ dataset }) => ({ body: { target: { kind: 'dataset', id: dataset.id }, name: unique(), size: 1 } }),
    changes: ['dataset'],
  },
  listUploads: {
    call: ({ project }) => ({ query: { projectId: project.id, limit: '100' } }),
    check: (given, { upload }) => (items(given).some((item) => item.id === upload.id) ? undefined : 'not that of the project'),
  },
  getUpload: { call: ({ upload }) => ({ params: { id: upload.id } }) },
  completeUpload: {
    call: ({ upload }) => ({ params: { id: upload.id }, body: { parts: [{ number: 1, etag: upload.etag }] } }),
    changes: ['dataset', 'upload'],
  },
  abortUpload: { call: ({ upload }) => ({ params: { id: upload.id } }), changes: ['dataset', 'upload'] },

  createAsset: {
    call: ({ project }) => ({ params: { id: project.id }, body: { name: unique(), size: 1, contentType: 'image/png' } }),
    changes: ['project'],
  },
  completeAsset: { call: ({ asset }) => ({ params: { id: asset.id }, body: { etag: 'any' } }) },
  getAsset: { call: ({ asset }) => ({ params: { id: asset.id } }) },
  getAssetContent: {
    call: ({ asset }) => ({ params: { id: asset.id } }),
    check: ({ text }) => (text.startsWith('WEBVTT') ? undefined : 'is no captions file'),
  },
  deleteAsset: { call: ({ asset }) => ({ params: { id: asset.id } }), changes: ['asset'] },
  listFigures: {
    call: id,
    check: (given, { figure }) =>
      same(
        'figures',
        items(given).map((item) => item.id),
        [figure.id],
      ),
  },
  pushFigure: {
    call: ({ project }) => ({ params: { id: project.id, name: unique() }, body: { data: [{ type: 'bar', y: [1] }] } }),
    changes: ['project'],
  },
  getFigure: { call: ({ figure }) => ({ params: { id: figure.id } }) },
  getFigureSpec: {
    call: ({ figure }) => ({ params: { id: figure.id } }),
    check: ({ text }) => (text.includes('scatter') ? undefined : 'not what the figure draws'),
  },
  deleteFigure: { call: ({ figure }) => ({ params: { id: figure.id } }), changes: ['figure'] },
  listReports: {
    call: id,
    check: (given, { report }) =>
      same(
        'reports',
        items(given).map((item) => item.id),
        [report.id],
      ),
  },
  createReport: { call: ({ project }) => ({ params: { id: project.id }, body: { title: unique() } }), changes: ['project'] },
  importHtml: { call: ({ project }) => ({ params: { id: project.id }, body: { html: '<p>x</p>' } }) },
  getReport: { call: ({ report }) => ({ params: { id: report.id } }) },
  updateReport: {
    call: ({ report }) => ({ params: { id: report.id }, body: { revision: report.revision, title: unique() } }),
    changes: ['report'],
  },
  deleteReport: { call: ({ report }) => ({ params: { id: report.id } }), changes: ['report'] },
  keepReportPresence: { call: ({ report }) => ({ params: { id: report.id } }) },
  endReportPresence: { call: ({ report }) => ({ params: { id: report.id } }) },
  exportReport: {
    call: ({ report }) => ({ params: { id: report.id } }),
    check: ({ text }) => (text.includes('written') ? undefined : 'not what the report says'),
  },
  exportProjectVersion: {
    call: async ({ project }, cell) => ({ params: { id: await newVersion(project.id, cell), number: '1' } }),
    check: ({ text }) => (text.includes('Version 1') ? undefined : 'not the version'),
  },
  getReportHtml: {
    call: ({ report }) => ({ params: { id: report.id } }),
    check: ({ text }) => (text.includes('written') ? undefined : 'not what the report says'),
  },
  listReportRevisions: { call: ({ report }) => ({ params: { id: report.id } }) },
  getReportRevision: { call: ({ report }) => ({ params: { id: report.id, number: '1' } }) },
  diffReportRevision: { call: ({ report }) => ({ params: { id: report.id, number: '1' } }) },

  createEngine: {
    call: ({ project }) => ({ body: { projectId: project.id, name: unique(), image: 'registry.test/app:1', port: 8080 } }),
    changes: ['project'],
  },
  listEngines: { call: () => ({ query: { limit: '100' } }), check: enginesAreExactlyTheirs },
  'listEngines of a project': {
    call: ({ project }) => ({ query: { projectId: project.id } }),
    check: (given, { project, engine }) =>
      items(given).every(({ projectId }) => projectId === project.id) && items(given).some((item) => item.id === engine.id)
        ? undefined
        : 'not those of the project',
  },
  getEngine: {
    call: ({ engine }) => ({ params: { id: engine.id } }),
    check: ({ json }, { project }, { world, subject }) => {
      // What an app is given (keys, addresses) is for those who may deploy it.
      const may = subject === 'token of just that scope' ? false : world.capabilities(subject, project.id).includes('deploy')
      return ((json as { env: unknown }).env !== null) === may ? undefined : `its environment is ${may ? 'hidden' : 'shown'}`
    },
  },
  updateEngine: {
    call: ({ engine }) => ({ params: { id: engine.id }, body: { revision: engine.revision, port: 9000 } }),
    changes: ['engine'],
  },
  admitToEngine: { call: ({ engine }) => ({ params: { id: engine.id } }) },
  openApp: { call: () => ({ query: { host: 'none', path: '/' } }) },
  getGatewayKeys: { call: () => ({}) },
  deleteEngine: { call: ({ engine }) => ({ params: { id: engine.id } }), changes: ['engine'] },
  checkEngine: { call: ({ engine }) => ({ body: { engineId: engine.id, port: 9000 } }) },
  getEngineOptions: { call: () => ({}) },
  deployEngine: { call: ({ engine }) => ({ params: { id: engine.id }, body: {} }), changes: ['engine'] },
  scaleEngine: { call: ({ engine }) => ({ params: { id: engine.id }, body: { min: 1, max: 2 } }), changes: ['engine'] },
  pauseEngine: { call: ({ engine }) => ({ params: { id: engine.id } }), changes: ['engine'] },
  resumeEngine: { call: ({ engine }) => ({ params: { id: engine.id } }), changes: ['engine'] },
  repairEngine: { call: ({ engine }) => ({ params: { id: engine.id } }), changes: ['engine'] },
  listEngineRevisions: {
    call: ({ engine }) => ({ params: { id: engine.id } }),
    check: ({ text }) => (text.includes('registry/app:1') ? undefined : 'there is no revision'),
  },
  rollBackEngine: {
    call: ({ engine }) => ({ params: { id: engine.id }, body: { revision: engine.revision, generation: 1 } }),
    changes: ['engine'],
  },
  previewEngine: { call: ({ engine }) => ({ params: { id: engine.id }, body: { name: unique() } }), changes: ['engine'] },
  extendEngineLease: { call: ({ engine }) => ({ params: { id: engine.id }, body: { hours: 2 } }), changes: ['engine'] },
  promoteEngine: { call: ({ engine }) => ({ params: { id: engine.id } }), changes: ['engine'] },
  listAllEngines: {
    call: () => ({ query: { limit: '10' } }),
    check: (given) => (items(given).length > 0 ? undefined : 'it is empty'),
  },
  listOrphans: { call: () => ({}) },
  sweepEngines: { call: () => ({ body: { dryRun: false } }) },
  getProjectQuota: { call: id },
  setProjectQuota: {
    call: ({ project }) => ({ params: { id: project.id }, body: QUOTA }),
    changes: ['project'],
  },
  resetProjectQuota: { call: id, changes: ['project'] },
  getDefaultQuota: { call: () => ({}) },
  setDefaultQuota: { call: () => ({ body: QUOTA }) },
  listRegistries: { call: id },
  setRegistry: {
    call: ({ project }) => ({
      params: { id: project.id, registry: 'registry.test' },
      body: { username: unique(), password: PASSWORD },
    }),
    changes: ['project'],
    check: ({ text }) => (text.includes(PASSWORD) ? 'the password is shown' : undefined),
  },
  deleteRegistry: {
    call: async ({ project }, { world }) => {
      const signIn = { registry: 'registry.test', username: 'x', sealed: 'x', updatedAt: new Date() }
      await world.get(RegistryRepository).insert({ id: project.id, signIns: [signIn], revision: 1 })
      return { params: { id: project.id, registry: 'registry.test' } }
    },
    changes: ['project'],
  },
  listSizes: { call: () => ({}), check: (given) => (items(given).some((item) => item.id === 'small') ? undefined : 'none is built in') },
  // One at a time for each account.
  startBulkExport: { call: () => ({ body: { format: 'html', what: 'published', visibility: ['private'] } }), session: 'double' },
  listTasks: { call: () => ({}) },
  getTask: { call: taskCall, general: true },
  listTaskItems: { call: taskCall, general: true },
  downloadTaskResult: { call: taskCall, general: true },
  cancelTask: { call: taskCall, general: true },
  retryTask: { call: taskCall, general: true },
  deleteTask: { call: taskCall, general: true },
  createSize: { call: () => ({ body: { ...sizeFields, id: unique() } }) },
  updateSize: { call: async (_, cell) => ({ params: { id: await newSize(cell) }, body: { revision: 1, title: unique() } }), general: true },
  deleteSize: { call: async (_, cell) => ({ params: { id: await newSize(cell) } }), general: true },
  getLogLimits: { call: () => ({}) },
  setLogLimits: { call: () => ({ body: { days: 30, maxBytesPerApp: 2 ** 30 } }) },
  listEngineLogLines: { call: ({ engine }) => ({ params: { id: engine.id } }) },
  downloadEngineLogs: { call: ({ engine }) => ({ params: { id: engine.id } }) },
  streamEngineLogs: { call: ({ engine }) => ({ params: { id: engine.id } }) },

  listAudit: { call: () => ({ query: { limit: '10' } }), check: (given) => (items(given).length > 0 ? undefined : 'it is empty') },
  exportAudit: {
    call: () => ({ query: { from: new Date(Date.now() - 1_000).toISOString() } }),
    check: ({ headers }) => (headers.get('content-type')?.startsWith('application/x-ndjson') ? undefined : 'is no NDJSON'),
  },

  startOidc: { call: () => ({ query: { returnTo: '/' } }) },
  finishOidc: { call: () => ({ query: { state: 'none', code: 'none' } }) },

  listUsers: { call: () => ({ query: { limit: '10' } }), check: (given) => (items(given).length > 0 ? undefined : 'it is empty') },
  createUser: { call: () => ({ body: { username: `made-${unique()}` } }) },
  changeUsers: {
    call: ({ user }) => ({ body: { ids: [user.id], state: 'disabled' } }),
    changes: ['user'],
    check: ({ json }) => {
      const [result] = (json as { results: { outcome: string }[] }).results
      return result?.outcome === 'changed' ? undefined : `the outcome is ${result?.outcome}`
    },
  },
  importUsers: { call: () => ({ body: { csv: `username\nimported-${unique()}\n`, dryRun: false } }) },
  exportUsers: {
    call: () => ({ query: { role: 'admin' } }),
    check: ({ headers, text }) =>
      headers.get('content-type')?.startsWith('text/csv') && text.includes('boss') ? undefined : 'is no CSV of admins',
  },
  getUser: { call: ({ user }) => ({ params: { id: user.id } }) },
  updateUser: {
    call: ({ user }) => ({ params: { id: user.id }, body: { revision: user.revision, displayName: unique() } }),
    changes: ['user'],
  },
  deleteUser: { call: ({ user }) => ({ params: { id: user.id } }), changes: ['user'] },
  resetPassword: { call: ({ user }) => ({ params: { id: user.id }, body: {} }), changes: ['user'] },
  listGroups: { call: () => ({ query: { limit: '100' } }), check: groupsAreExactlyTheirs },
  createGroup: { call: () => ({ body: { name: `made-${unique()}` } }) },
  getGroup: { call: ({ group }) => ({ params: { id: group.id } }) },
  updateGroup: {
    call: ({ group }) => ({ params: { id: group.id }, body: { revision: group.revision, description: unique() } }),
    changes: ['group'],
  },
  deleteGroup: { call: ({ group }) => ({ params: { id: group.id } }), changes: ['group'] },
  listGroupMembers: { call: ({ group }) => ({ params: { id: group.id } }) },
  setGroupMember: {
    call: ({ group, member }) => ({ params: { id: group.id, userId: member.id }, body: { role: 'member' } }),
    changes: ['group'],
  },
  removeGroupMember: { call: ({ group, groupMember }) => ({ params: { id: group.id, userId: groupMember.id } }), changes: ['group'] },
  'removeGroupMember oneself': {
    call: ({ group }, { world, subject }) => ({ params: { id: group.id, userId: world.accountOf(subject)?.id ?? group.id } }),
    changes: ['group'],
  },
  searchDirectory: {
    call: () => ({ query: { q: 'bystander' } }),
    check: (given, { member }) =>
      same(
        'people',
        items(given)
          .filter(({ kind }) => kind === 'user')
          .map((item) => item.id),
        [member.id],
      ),
  },
}

// More than all cells together deploy.
const QUOTA = { apps: 1_000, cpuMillis: 8_000, memoryMiB: 16_384, gpus: 0 }
const sizeFields = {
  title: 'Size',
  ...{ cpuMillis: 10, cpuLimitMillis: 10, memoryMiB: 16, memoryLimitMiB: 16, ephemeralMiB: 16, gpus: 0 },
}

/** Stores the first version of a project, unless it is there. @returns the project's id */
async function newVersion(projectId: string, { world }: Cell): Promise<string> {
  const [versions, at] = [world.get(VersionRepository), new Date()]
  const nobody = { id: '', username: '', displayName: '' }
  const text = canonicalJson({
    ...{ projectId, slug: '', number: 1, at: at.toISOString(), author: nobody, owner: nobody, note: '', charts: [] },
    ...{ title: 'x', summary: '', task: '', tags: [], frameworks: [], licence: '', contacts: [], links: [], cover: null },
    ...{ card: {}, reports: [], datasets: [], apps: [] },
  })
  const head: VersionHead = {
    ...{ projectId, number: 1, contentId: newId(), state: 'preparing', settled: true, at, author: nobody, note: '' },
    ...{ hash: sha256(text), appDigest: null, passed: true, assets: [], withdrawn: null },
  }
  // The text first: another call may read the version as soon as it is there.
  await versions.putText(head, text)
  if (await versions.claim(head)) await versions.publish(head)
  return projectId
}

/** Names a task: for a call that is allowed one that has ended, whose result is nowhere. */
async function taskCall(_: Things, { world, subject }: Cell): Promise<Call> {
  const [id, createdAt] = [newId(), new Date()]
  if (subject !== 'admin') return { params: { id } }
  const task = newTask({ id, kind: 'bulk-export', ownerId: newId(), params: {}, slot: id, createdAt })
  const result = { key: `tasks/${id}/none`, fileName: 'none.zip', contentType: 'application/zip', bytes: 1 }
  const ended = { state: 'succeeded', active: false, counts: { total: 1, done: 0, skipped: 0, failed: 1 }, result } as const
  await world.get(TaskRepository).insert({ ...task, ...ended, endedAt: createdAt, expiresAt: new Date(createdAt.getTime() + 3_600_000) })
  return { params: { id } }
}

/** Stores a size for a call that is allowed. @returns its id */
async function newSize({ world, subject }: Cell): Promise<string> {
  const id = unique()
  if (subject !== 'admin') return id
  const sizes = world.get(SizeRepository)
  for (;;) {
    const catalogue = await sizes.read()
    const size = { ...sizeFields, id, description: '', isDefault: false, order: 100, revision: 1 }
    if (catalogue && (await sizes.replace(catalogue.revision, [...catalogue.sizes, size]))) return id
  }
}

/** Admins see all groups, everyone else those that they belong to. */
async function groupsAreExactlyTheirs(given: Given, _: Things, { world, subject }: Cell): Promise<string | undefined> {
  const found = items(given).map((item) => item.id)
  if (subject === 'admin') return found.length > 20 ? undefined : `only ${found.length} groups`
  return same('groups', found, await world.groupsOf(subject))
}

/** No app of a project that they may not read is listed, and of the shared ones that they may read all are. */
function enginesAreExactlyTheirs(given: Given, _: Things, cell: Cell): string | undefined {
  const { world, subject } = cell
  const found = [...new Set(items(given).map(({ projectId }) => projectId ?? ''))]
  const foreign = found.filter((project) => !world.capabilities(subject, project).includes('read'))
  if (foreign.length > 0) return `apps of ${foreign.length} projects that are not theirs`
  const shared = world.projectIds()
  return same(
    'projects of apps',
    found.filter((project) => shared.includes(project)),
    readable(cell),
  )
}

/** Something happens in every shared project: exactly those who can read it are told. */
async function eventsAreExactlyTheirs(given: Given, _: Things, { world, subject, ownership }: Cell): Promise<string | undefined> {
  if (!given.stream) return 'no stream'
  const bus = world.get(EventBus)
  const revision = 1_000_000 + ++count
  const ids = world.projectIds()
  for (const projectId of ids) bus.publish('project.changed', { projectId, revision })
  // Events keep their order: when this one is there, so is all that came before.
  const [last, end] = [world.readable(subject), 1_000_000 + ++count]
  // A token that is not for projects is told of the system only.
  const blind = subject === 'token of just that scope'
  if (blind) bus.publish('system.changed', {})
  else bus.publish('project.changed', { projectId: last, revision: end })
  const text = await readUntil(given.stream, blind ? 'event: system.changed' : `"revision":${end}`)
  const told = ids.filter((projectId) => text.includes(JSON.stringify({ projectId, revision })))
  return same(`events (${ownership})`, told, blind ? [] : readable({ world, subject, ownership }))
}

async function readUntil(stream: ReadableStream<Uint8Array>, what: string): Promise<string> {
  let text = ''
  const reader = stream.pipeThrough(new TextDecoderStream()).getReader()
  const late = setTimeout(() => void reader.cancel(), 10_000)
  while (!text.includes(what)) {
    const { done, value } = await reader.read()
    if (done) break
    text += value
  }
  clearTimeout(late)
  await reader.cancel()
  return text
}

/** Sends a call to the address of the operation. An open stream is left open when `keep` says so. */
export async function perform(client: TestClient, method: string, path: string, call: Call): Promise<Given> {
  const address = Object.entries(call.params ?? {}).reduce(
    (text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)),
    path,
  )
  const query = new URLSearchParams(call.query).toString()
  const answer = await client.fetch(query === '' ? address : `${address}?${query}`, {
    method: method.toUpperCase(),
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body), headers: { 'content-type': 'application/json' } }),
    signal: AbortSignal.timeout(30_000),
  })
  const { status, headers } = answer
  if (status === 200 && headers.get('content-type')?.startsWith('text/event-stream'))
    return { status, headers, text: '', json: null, stream: answer.body }
  const text = await answer.text()
  const isJson = /^application\/(problem\+)?json/.test(headers.get('content-type') ?? '')
  return { status, headers, text, json: isJson && text !== '' ? (JSON.parse(text) as unknown) : null, stream: null }
}
