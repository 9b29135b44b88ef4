import bcrypt from 'bcrypt'
import { createHash } from 'node:crypto'
import { newId, newSecret } from '../../src/common/ids.js'
import { SessionsService } from '../../src/modules/auth/sessions/sessions.service.js'
import { objectKeyOf } from '../../src/modules/datasets/dataset.js'
import { DatasetFileRepository, DatasetRepository } from '../../src/modules/datasets/dataset.repository.js'
import { keyOf, KEPT_MS, type Asset } from '../../src/modules/assets/asset.js'
import { AssetRepository } from '../../src/modules/assets/asset.repository.js'
import { figureOf } from '../../src/modules/figures/figure.js'
import { FigureRepository } from '../../src/modules/figures/figure.repository.js'
import { reportTextOf } from '../../src/modules/reports/report.js'
import { ReportRepository } from '../../src/modules/reports/report.repository.js'
import { EngineRepository } from '../../src/modules/engines/engine.repository.js'
import { GroupRepository } from '../../src/modules/iam/groups/group.repository.js'
import { ApiTokenRepository } from '../../src/modules/iam/tokens/token.js'
import { newUser, type User } from '../../src/modules/iam/users/user.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import { newProject, type Project } from '../../src/modules/projects/project.js'
import { ProjectRepository } from '../../src/modules/projects/project.repository.js'
import { UploadRepository } from '../../src/modules/uploads/upload.repository.js'
import { ObjectStore } from '../../src/platform/object-store/object-store.js'
import type { TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { revisionOf } from '../../src/modules/engines/revisions/engine-revision.js'
import { EngineRevisionRepository } from '../../src/modules/engines/revisions/engine-revision.repository.js'
import { makeEngine } from '../factories/engines.js'
import {
  ROLE_CAPABILITIES,
  SCOPES,
  type Capability,
  type Expectation,
  type Ownership,
  type ScopeName,
  type Subject,
} from './expectations.js'

/** The password of every account here. */
export const PASSWORD = 'matrix-7uWq2Lx9-pass'
/** A word in the title of every project that all cells share, and of no other. */
export const BASE_WORD = 'matrixbase'
const ORIGIN = { address: '127.0.0.1', userAgent: 'matrix' }

/** What a call is about; each by its id and what else a call names. */
export interface Things {
  project: { id: string; slug: string; revision: number }
  /** Someone who has a role in the project. */
  member: { kind: 'user' | 'group'; id: string }
  dataset: { id: string }
  file: { id: string }
  upload: { id: string; etag: string }
  asset: { id: string }
  report: { id: string; revision: number }
  figure: { id: string }
  engine: { id: string; revision: number }
  session: { id: string }
  token: { id: string }
  user: { id: string; revision: number }
  group: { id: string; revision: number }
  /** Someone who belongs to the group. */
  groupMember: { id: string }
}

/** A kind of thing of which a call that changes it gets one of its own. */
export type Kind = Exclude<keyof Things, 'member' | 'groupMember' | 'file'>

/** Ids of the right form of what is not there. */
export const missing = (): Things => ({
  project: { id: newId(), slug: `none-${newId()}`, revision: 1 },
  member: { kind: 'user', id: newId() },
  dataset: { id: newId() },
  file: { id: newId() },
  upload: { id: newId(), etag: 'd41d8cd98f00b204e9800998ecf8427e' },
  asset: { id: newId() },
  report: { id: newId(), revision: 1 },
  figure: { id: newId() },
  engine: { id: newId(), revision: 1 },
  session: { id: newId() },
  token: { id: newId() },
  user: { id: newId(), revision: 1 },
  group: { id: newId(), revision: 1 },
  groupMember: { id: newId() },
})

type Person =
  | 'user'
  | 'viewer'
  | 'editor'
  | 'deployer'
  | 'manager'
  | 'groupEditor'
  | 'owner'
  | 'boss'
  | 'disabled'
  | 'newcomer'
  | 'stranger'
  | 'bystander'

const PERSON_OF: Record<Subject, Person | null> = {
  anonymous: null,
  'anonymous, closed instance': null,
  user: 'user',
  viewer: 'viewer',
  editor: 'editor',
  deployer: 'deployer',
  manager: 'manager',
  'editor by group': 'groupEditor',
  owner: 'owner',
  admin: 'boss',
  disabled: 'disabled',
  'must change password': 'newcomer',
  'token of too little scope': 'manager',
  'token of just that scope': 'manager',
  'token for another project': 'manager',
}
/** Who is named after a role has it in the team's project. */
const TEAM_ROLE: Partial<Record<Subject, keyof typeof ROLE_CAPABILITIES>> = {
  viewer: 'viewer',
  editor: 'editor',
  deployer: 'deployer',
  manager: 'manager',
  owner: 'owner',
  'editor by group': 'editor',
  'token of too little scope': 'manager',
  'token of just that scope': 'manager',
  'token for another project': 'manager',
}

const isToken = (subject: Subject): boolean => subject.startsWith('token')
const isAnonymous = (subject: Subject): boolean => subject.startsWith('anonymous')
/** Whether the subject has a session of a browser that works. */
export const hasSession = (subject: Subject): boolean => !isToken(subject) && !isAnonymous(subject) && subject !== 'disabled'

/** Two portals on one database (one lets everyone read what is public, one does not), with people, projects, groups and credentials for every cell. */
export class World {
  private readonly people = new Map<Person, User>()
  private readonly shared = new Map<string, Things>()
  /** Ids of the projects that all cells share, by whose they are. */
  private readonly projects = new Map<string, Project>()
  /** The same the other way round, copies included. */
  private readonly names = new Map<string, string>()
  private readonly clients = new Map<string, TestClient>()
  private hash = ''
  private count = 0
  /** The project of the token for another project. */
  private elsewhere = ''

  constructor(
    private readonly open: TestApp,
    private readonly closed: TestApp,
  ) {}

  /** Makes everyone and everything. */
  async fill(): Promise<void> {
    // A cheap hash: the password is not what is tested here.
    this.hash = await bcrypt.hash(createHash('sha384').update(PASSWORD).digest('base64'), 4)
    const people: Person[] = [...new Set(Object.values(PERSON_OF).filter((person) => person !== null)), 'stranger', 'bystander']
    for (const person of people) {
      const { role, mustChangePassword } = {
        role: person === 'boss' ? 'admin' : 'user',
        mustChangePassword: person === 'newcomer',
      } as const
      this.people.set(person, await this.addUser({ username: person.toLowerCase(), role, mustChangePassword }))
    }
    const lab = await this.addGroup('lab', [['groupEditor', 'member']])
    await this.addProject('team', 'owner', 'private', [
      ...(['viewer', 'editor', 'deployer', 'manager'] as const).map((role) => ({ kind: 'user' as const, id: this.person(role).id, role })),
      { kind: 'group', id: lab, role: 'editor' },
    ])
    for (const owner of ['user', 'boss', 'disabled', 'newcomer'] as const) await this.addProject(owner, owner, 'private')
    for (const visibility of ['private', 'internal', 'public'] as const) await this.addProject(visibility, 'stranger', visibility)
    this.elsewhere = (await this.addProject('elsewhere', 'manager', 'private')).id
    for (const person of people) await this.addGroups(person)
    for (const [name, project] of this.projects) this.shared.set(name, await this.fillProject(project))
    for (const person of people) await this.session(person)
    const disabled = this.person('disabled')
    await this.get(UserRepository).secure(disabled.id, null, { state: 'disabled' }, new Date())
    this.sharedGroups = new Set(this.groups.values())
  }

  /** A service of the portal. */
  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.open.app.get<T>(token, { strict: false })
  }

  person(person: Person): User {
    const user = this.people.get(person)
    if (!user) throw new Error(`no ${person}`)
    return user
  }

  /** The account of a subject; null for nobody. For what only admins may do, tokens are an admin's. */
  accountOf(subject: Subject, expectation?: Expectation): User | null {
    const person = PERSON_OF[subject]
    if (person === null) return null
    return this.person(this.ownerOfToken(subject, expectation) ?? person)
  }

  /** The client of a subject. */
  async client(subject: Subject, expectation: Expectation): Promise<TestClient> {
    if (isAnonymous(subject)) return subject === 'anonymous' ? this.open.anonymous() : this.closed.anonymous()
    if (!isToken(subject)) return this.session(PERSON_OF[subject] ?? 'stranger')
    const { scope } = expectation
    const owner = this.ownerOfToken(subject, expectation) ?? 'manager'
    if (subject === 'token for another project') return this.token(owner, SCOPES, this.elsewhere)
    // What needs no scope of its own has to work with any; what no token can do must not work with all of them.
    if (scope === null) return this.token(owner, SCOPES)
    if (subject === 'token of just that scope') return this.token(owner, [scope === 'any' ? 'audit:read' : scope])
    return this.token(
      owner,
      SCOPES.filter((other) => other !== scope),
    )
  }

  /** A client with a session of its own that may be ended, of the subject's account or, with `double`, of a new one that is just like it. */
  async ownSession(subject: Subject, double = false): Promise<TestClient> {
    const user = this.accountOf(subject)
    if (!user) throw new Error(`${subject} has no account`)
    const { client } = await this.openSession(
      double ? await this.addUser({ role: user.role, mustChangePassword: user.mustChangePassword }) : user,
    )
    return client
  }

  /** What the cells of a subject and an ownership are about, the same for all that change nothing. */
  async things(subject: Subject, ownership: Ownership, expectation: Expectation): Promise<Things> {
    const account = this.accountOf(subject, expectation)
    const things = this.shared.get(this.projectName(subject, ownership))
    if (!things) throw new Error('no such things')
    const whose = ownership === 'own' && account ? account : this.person('stranger')
    const groupOf = account && ownership === 'own' ? 'owner' : account && ownership === 'internal' ? 'member' : null
    const group = this.group(groupOf === null ? 'stranger-owner' : `${account?.username}-${groupOf}`)
    return { ...things, user: { id: whose.id, revision: whose.revision }, group: { id: group, revision: 1 } }
  }

  /** As {@link things}, with one of its own of each kind that the call changes. */
  async ownThings(subject: Subject, ownership: Ownership, expectation: Expectation, kinds: readonly Kind[]): Promise<Things> {
    const things = await this.things(subject, ownership, expectation)
    const account = this.accountOf(subject, expectation)
    const whose = ownership === 'own' && account ? account : this.person('stranger')
    let project = this.project(subject, ownership)
    if (kinds.includes('project')) {
      project = await this.copyProject(project)
      Object.assign(things, { project: { id: project.id, slug: project.slug, revision: project.revision } })
    }
    if (kinds.includes('dataset')) Object.assign(things, await this.addDataset(project))
    if (kinds.includes('upload')) things.upload = await this.addUpload(project, things.dataset.id)
    if (kinds.includes('asset')) things.asset = await this.addAsset(project)
    if (kinds.includes('report')) things.report = await this.addReport(project)
    if (kinds.includes('figure')) things.figure = await this.addFigure(project)
    if (kinds.includes('engine')) things.engine = await this.addEngine(project)
    if (kinds.includes('session')) things.session = { id: (await this.openSession(whose)).id }
    if (kinds.includes('token')) things.token = { id: (await this.addToken(whose, SCOPES)).id }
    if (kinds.includes('user')) things.user = { id: (await this.addUser({})).id, revision: 1 }
    if (kinds.includes('group')) {
      const role = ownership === 'own' ? 'owner' : ownership === 'internal' ? 'member' : null
      const name = `group-${++this.count}`
      things.group = { id: await this.addGroup(name, account && role ? [[account, role]] : []), revision: 1 }
      things.groupMember = { id: (await this.addMemberOf(things.group.id)).id }
    }
    return things
  }

  /** What the subject may do with that project, by the table of roles. */
  capabilities(subject: Subject, projectId: string): readonly Capability[] {
    const name = this.names.get(projectId)
    if (name === undefined) throw new Error(`no cell may know of the project ${projectId}`)
    if (subject === 'disabled' || subject === 'anonymous, closed instance' || subject === 'must change password') return []
    if (subject === 'token for another project') return name === 'elsewhere' ? ROLE_CAPABILITIES.owner : []
    if (subject === 'admin') return ROLE_CAPABILITIES.owner
    const role = TEAM_ROLE[subject]
    if (name === 'team' && role) return ROLE_CAPABILITIES[role]
    if (name === 'elsewhere' && PERSON_OF[subject] === 'manager') return ROLE_CAPABILITIES.owner
    if (name === PERSON_OF[subject]) return ROLE_CAPABILITIES.owner
    return name === 'public' || (name === 'internal' && subject !== 'anonymous') ? ROLE_CAPABILITIES.viewer : []
  }

  /** Ids of the projects that all cells share. */
  projectIds(): string[] {
    return [...this.projects.values()].map(({ id }) => id)
  }

  /** The shared project of the cell. */
  project(subject: Subject, ownership: Ownership): Project {
    const project = this.projects.get(this.projectName(subject, ownership))
    if (!project) throw new Error('no such project')
    return project
  }

  /** A project that the subject can read for sure; null when there is none for it. */
  readable(subject: Subject): string {
    return this.projectIds().find((id) => this.capabilities(subject, id).includes('read')) ?? ''
  }

  /** All that the cells share, as it is stored: what was refused must not have changed it. */
  async stored(): Promise<unknown> {
    const things = [...this.shared.values()]
    const [projects, files, uploads, assets, reports, figures, engines, users, groups] = await Promise.all([
      Promise.all(things.map(({ project }) => this.get(ProjectRepository).findById(project.id))),
      Promise.all(things.map(({ file }) => this.get(DatasetFileRepository).findStored(file.id))),
      Promise.all(things.map(({ upload }) => this.get(UploadRepository).findById(upload.id))),
      Promise.all(things.map(({ asset }) => this.get(AssetRepository).findById(asset.id))),
      Promise.all(things.map(({ report }) => this.get(ReportRepository).findById(report.id))),
      Promise.all(things.map(({ figure }) => this.get(FigureRepository).findById(figure.id))),
      Promise.all(things.map(({ engine }) => this.get(EngineRepository).findById(engine.id))),
      Promise.all([...this.people.values()].map(({ id }) => this.get(UserRepository).findById(id))),
      Promise.all([...this.sharedGroups].map((id) => this.get(GroupRepository).findById(id))),
    ])
    return {
      projects: projects.map((project) => [project?.id, project?.revision, project?.members, project?.visibility, project?.ownerId]),
      files: files.map((file) => file?.id),
      uploads: uploads.map((upload) => [upload?.id, upload?.state]),
      assets: assets.map((asset) => [asset?.id, asset?.state]),
      reports: reports.map((report) => [report?.id, report?.revision, report?.title]),
      figures: figures.map((figure) => [figure?.id, figure?.revision, figure?.hash]),
      engines: engines.map((engine) => [engine?.id, engine?.revision, engine?.deletedAt]),
      users: users.map((user) => [
        user?.id,
        user?.epoch,
        user?.role,
        user?.state,
        user?.memberships.filter(({ groupId }) => this.sharedGroups.has(groupId)),
      ]),
      groups: groups.map((group) => [group?.id, group?.name, group?.revision]),
    }
  }

  /** Ids of the groups that the subject's account belongs to. */
  async groupsOf(subject: Subject): Promise<string[]> {
    const user = await this.get(UserRepository).findById(this.accountOf(subject)?.id ?? '')
    return user?.memberships.map(({ groupId }) => groupId) ?? []
  }

  /** An account of its own. */
  async addUser(fields: Partial<User>): Promise<User> {
    const id = newId()
    const user = newUser({ id, username: `extra-${id}`, createdAt: new Date(), passwordHash: this.hash, ...fields })
    if (!(await this.get(UserRepository).insert(user))) throw new Error(`${user.username} is taken`)
    return user
  }

  private readonly groups = new Map<string, string>()
  private sharedGroups = new Set<string>()

  private group(name: string): string {
    const id = this.groups.get(name)
    if (id === undefined) throw new Error(`no group ${name}`)
    return id
  }

  private async addGroups(person: Person): Promise<void> {
    const { username } = this.person(person)
    for (const role of ['owner', 'member'] as const) await this.addGroup(`${username}-${role}`, [[person, role]])
  }

  private async addGroup(name: string, members: [Person | User, 'owner' | 'member'][]): Promise<string> {
    const [id, at] = [newId(), new Date()]
    if (!(await this.get(GroupRepository).insert({ id, name, description: '', createdAt: at, updatedAt: at, revision: 1 })))
      throw new Error(`${name} is taken`)
    this.groups.set(name, id)
    for (const [member, role] of members) await this.join(typeof member === 'string' ? this.person(member).id : member.id, id, role)
    return id
  }

  private async addMemberOf(groupId: string): Promise<User> {
    return this.addUser({ memberships: [{ groupId, role: 'member', source: 'local' }] })
  }

  private async join(userId: string, groupId: string, role: 'owner' | 'member'): Promise<void> {
    const users = this.get(UserRepository)
    for (;;) {
      const user = await users.findById(userId)
      if (!user) throw new Error('no such account')
      const memberships = [...user.memberships, { groupId, role, source: 'local' as const }]
      if (await users.update(userId, user.revision, { memberships }, new Date())) return
    }
  }

  private projectName(subject: Subject, ownership: Ownership): string {
    if (ownership === 'foreign') return 'private'
    if (ownership !== 'own') return ownership
    return TEAM_ROLE[subject] || isAnonymous(subject) ? 'team' : (PERSON_OF[subject] ?? 'team')
  }

  private ownerOfToken(subject: Subject, expectation?: Expectation): Person | null {
    if (!isToken(subject)) return null
    return expectation?.who === 'admin' && subject !== 'token for another project' ? 'boss' : 'manager'
  }

  private async addProject(
    name: string,
    owner: Person,
    visibility: Project['visibility'],
    members: Project['members'] = [],
  ): Promise<Project> {
    const [id, at] = [newId(), new Date()]
    const project = newProject({
      id,
      slug: `${BASE_WORD}-${name}`,
      title: `${BASE_WORD} ${name}`,
      ownerId: this.person(owner).id,
      visibility,
      members,
      createdAt: at,
    })
    if (!(await this.get(ProjectRepository).insert(project))) throw new Error(`${name} is taken`)
    this.projects.set(name, project)
    this.names.set(id, name)
    return project
  }

  private async copyProject(project: Project): Promise<Project> {
    const id = newId()
    const copy = { ...project, id, slug: `copy-${id}`, title: `copy ${id}` }
    // Someone to take the role away from.
    copy.members = [...project.members, { kind: 'user', id: this.person('bystander').id, role: 'viewer' }]
    if (!(await this.get(ProjectRepository).insert(copy))) throw new Error('taken')
    this.names.set(id, this.names.get(project.id) ?? '')
    return copy
  }

  private async fillProject(project: Project): Promise<Things> {
    const { dataset, file } = await this.addDataset(project)
    const member = { kind: 'user', id: this.person('bystander').id } as const
    return {
      ...missing(),
      project: { id: project.id, slug: project.slug, revision: project.revision },
      member,
      dataset,
      file,
      upload: await this.addUpload(project, dataset.id),
      asset: await this.addAsset(project),
      report: await this.addReport(project),
      figure: await this.addFigure(project),
      engine: await this.addEngine(project),
      // A stranger's; one's own are made for each cell.
      session: { id: (await this.openSession(this.person('stranger'))).id },
      token: { id: (await this.addToken(this.person('stranger'), SCOPES)).id },
      groupMember: { id: this.person('stranger').id },
    }
  }

  private async addDataset({ id: projectId }: Project): Promise<Pick<Things, 'dataset' | 'file'>> {
    const [id, fileId, at] = [newId(), newId(), new Date()]
    await this.get(DatasetRepository).insert({
      id,
      projectId,
      name: `set ${id}`,
      deletedAt: null,
      createdAt: at,
      updatedAt: at,
      revision: 1,
    })
    const file = { id: fileId, datasetId: id, projectId, name: 'a.csv', size: 3, contentType: 'text/csv', createdAt: at }
    await this.get(DatasetFileRepository).claim({ ...file, state: 'storing', checksum: '' })
    await this.get(DatasetFileRepository).publish(fileId, 'd41d8cd98f00b204e9800998ecf8427e-1')
    return { dataset: { id }, file: { id: fileId } }
  }

  /** An upload of an empty file whose one part has arrived. */
  private async addUpload({ id: projectId }: Project, datasetId: string): Promise<Things['upload']> {
    const [id, fileId, at] = [newId(), newId(), new Date()]
    const uploads = this.get(UploadRepository)
    const expiresAt = new Date(at.getTime() + 86_400_000)
    const target = { kind: 'dataset', id: datasetId } as const
    const about = { name: `${id}.bin`, size: 0, contentType: 'text/plain', partSize: 16 * 2 ** 20, parts: [], state: 'pending' } as const
    await uploads.insert({
      ...{ id, target, projectId, fileId, storeUploadId: null, createdAt: at, updatedAt: at, expiresAt },
      ...about,
      parts: [],
    })
    const store = this.get(ObjectStore)
    const key = objectKeyOf({ id: fileId, datasetId, projectId })
    const storeUploadId = await store.startUpload(key)
    await uploads.begin(id, storeUploadId)
    const answer = await fetch(await store.presignPart({ key, uploadId: storeUploadId, number: 1 }, 600), {
      method: 'PUT',
      body: new Uint8Array(0),
    })
    if (answer.status !== 200) throw new Error(`the store refused a part: ${answer.status} ${await answer.text()}`)
    return { id, etag: answer.headers.get('etag') ?? '' }
  }

  /** Captions: what of all assets the portal serves itself. */
  private async addAsset({ id: projectId }: Project): Promise<Things['asset']> {
    const [id, at, bytes] = [newId(), new Date(), Buffer.from('WEBVTT\n')]
    const asset: Asset = {
      ...{ id, projectId, name: 'words.vtt', contentType: 'text/vtt', size: bytes.length, width: null, height: null, state: 'stored' },
      ...{ storeUploadId: null, createdAt: at, unusedSince: at, reviewAt: new Date(at.getTime() + KEPT_MS) },
    }
    await this.get(ObjectStore).put(keyOf(asset), bytes, 'application/octet-stream')
    await this.get(AssetRepository).insert(asset)
    return { id }
  }

  private async addReport({ id: projectId, ownerId }: Project): Promise<Things['report']> {
    const [id, at] = [newId(), new Date()]
    const content = {
      type: 'doc' as const,
      content: [{ type: 'paragraph' as const, content: [{ type: 'text' as const, text: 'written' }] }],
    }
    const report = { ...reportTextOf('Report', content), id, projectId, authorId: ownerId, lastEditorId: ownerId }
    await this.get(ReportRepository).insert({ ...report, keptAt: at, createdAt: at, updatedAt: at, revision: 1 })
    return { id, revision: 1 }
  }

  private async addFigure({ id: projectId, ownerId }: Project): Promise<Things['figure']> {
    const [id, at, name] = [newId(), new Date(), 'loss']
    const content = figureOf(name, { data: [{ type: 'scatter', y: [3, 2, 1] }] })
    await this.get(FigureRepository).insert({
      ...content,
      ...{ id, projectId, name: `${name}-${++this.count}`, revision: 1, createdAt: at, updatedAt: at, updatedBy: ownerId },
    })
    return { id }
  }

  private async addEngine({ id: projectId, slug }: Project): Promise<Things['engine']> {
    const name = `e${++this.count}`
    const env = [{ name: 'SECRET', value: 'canary' }]
    // On a lease, so that what is only for previews can be asked of it, too.
    const lease = { expiresAt: new Date(Date.now() + 86_400_000) }
    const engine = makeEngine({ projectId, name, host: `${name}-${slug}`.slice(0, 60), env, lease, pin: `sha256:${'0'.repeat(64)}` })
    const result = await this.get(EngineRepository).insert(engine)
    if (result !== 'stored') throw new Error(result)
    await this.get(EngineRevisionRepository).record(revisionOf(engine))
    return { id: engine.id, revision: engine.revision }
  }

  private async session(person: Person): Promise<TestClient> {
    const known = this.clients.get(person)
    if (known) return known
    const { client } = await this.openSession(this.person(person))
    this.clients.set(person, client)
    return client
  }

  private async openSession(user: User): Promise<{ id: string; client: TestClient }> {
    const { session, cookies } = await this.get(SessionsService).open(user, 'password', ORIGIN)
    const client = this.open.anonymous()
    client.cookie = `vitrine_session=${cookies.access}; vitrine_refresh=${cookies.refresh}; vitrine_csrf=${cookies.csrf}`
    client.csrfToken = cookies.csrf
    return { id: session.id, client }
  }

  private async token(person: Person, scopes: readonly ScopeName[], projectId: string | null = null): Promise<TestClient> {
    const name = `token ${person} ${scopes.join()} ${projectId}`
    const known = this.clients.get(name)
    if (known) return known
    const client = this.open.anonymous()
    client.bearer = (await this.addToken(this.person(person), scopes, projectId)).secret
    this.clients.set(name, client)
    return client
  }

  private async addToken(
    { id: userId, epoch }: User,
    scopes: readonly ScopeName[],
    projectId: string | null = null,
  ): Promise<{ id: string; secret: string }> {
    const [id, at, secret] = [newId(), new Date(), `vtr_${newSecret()}`]
    const expiresAt = new Date(at.getTime() + 86_400_000)
    const tokenHash = createHash('sha256').update(secret).digest('hex')
    const token = { id, userId, name: id, tokenHash, scopes: [...scopes], projectId, epoch, createdAt: at, expiresAt, lastUsedAt: null }
    await this.get(ApiTokenRepository).insert(token)
    return { id, secret }
  }
}
