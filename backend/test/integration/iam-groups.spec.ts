import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import type { DirectoryEntriesDto } from '../../src/modules/iam/directory/directory.dto.js'
import type { GroupDto, GroupMemberPage, GroupPage } from '../../src/modules/iam/groups/groups.dto.js'
import { newUser, type User } from '../../src/modules/iam/users/user.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { makeUser } from '../factories/users.js'

const GROUPS = '/api/iam/groups'

let portal: TestApp
let repository: UserRepository
let admin: TestClient
let owner: TestClient
let member: TestClient
let stranger: TestClient
const ids: Record<string, string> = {}

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  repository = portal.app.get(UserRepository, { strict: false })
  admin = await portal.signedIn()
  for (const name of ['owner', 'member', 'stranger']) {
    const { client } = await makeUser(portal, name)
    if (name === 'owner') owner = client
    if (name === 'member') member = client
    if (name === 'stranger') stranger = client
    ids[name] = (await repository.findByUsername(name))?.id ?? ''
  }
})
afterAll(() => portal.remove())

const codeOf = ({ status, body }: { status: number; body: ProblemBody | null }) => [status, body?.code]
const make = async (name: string, description = '') => {
  const answer = await admin.post<GroupDto>(GROUPS, { name, description })
  expect(answer.status).toBe(201)
  return answer.body
}
const put = (client: TestClient, group: string, name: string, role: string) =>
  client.put<ProblemBody>(`${GROUPS}/${group}/members/${ids[name] ?? name}`, { role })
const store = async (fields: Partial<User> & { username: string }): Promise<User> => {
  const user = newUser({ id: newId(), createdAt: new Date(), ...fields })
  await repository.insert(user)
  return user
}

describe('a group', () => {
  it('is made, found, changed and deleted by an admin', async () => {
    const group = await make('alpha', 'The first')
    expect(group).toMatchObject({ name: 'alpha', description: 'The first', memberCount: 0, myRole: null, revision: 1 })
    expect(codeOf(await admin.post(GROUPS, { name: 'alpha' }))).toEqual([409, 'group-name-taken'])
    const path = `${GROUPS}/${group.id}`
    expect((await admin.patch<GroupDto>(path, { revision: 1, name: 'alpha2' })).body).toMatchObject({ name: 'alpha2', revision: 2 })
    expect(codeOf(await admin.patch(path, { revision: 1, name: 'x' }))).toEqual([409, 'group-revision-conflict'])
    await make('beta')
    expect(codeOf(await admin.patch(path, { revision: 2, name: 'beta' }))).toEqual([409, 'group-name-taken'])
    await put(admin, group.id, 'member', 'member')
    expect((await admin.get<GroupDto>(path)).body.memberCount).toBe(1)
    expect((await admin.delete(path)).status).toBe(204)
    expect((await repository.findById(ids['member'] ?? ''))?.memberships).toEqual([])
    for (const answer of [await admin.get(path), await admin.delete(path), await admin.get(`${GROUPS}/nonsense`)])
      expect(codeOf(answer)).toEqual([404, 'group-not-found'])
  })

  it.each([{ name: 'Upper' }, { name: '-x' }, { name: '' }, { name: 'a b' }, { name: 'x'.repeat(65) }, { name: 'x', owner: 'me' }])(
    'is not made from %j',
    async (body) => {
      expect((await admin.post(GROUPS, body)).status).toBe(400)
    },
  )

  it('is run by its owners, seen by its members, and not there for others', async () => {
    const { id } = await make('run-by-owner')
    const other = await make('of-others')
    expect((await put(admin, id, 'owner', 'owner')).status).toBe(200)
    expect((await put(owner, id, 'member', 'member')).status).toBe(200)
    const path = `${GROUPS}/${id}`
    expect((await owner.get<GroupDto>(path)).body).toMatchObject({ myRole: 'owner', memberCount: 2 })
    expect((await member.get<GroupDto>(path)).body).toMatchObject({ myRole: 'member' })
    expect((await owner.patch<GroupDto>(path, { revision: 1, description: 'Ours' })).body).toMatchObject({ description: 'Ours' })
    expect((await owner.get<GroupPage>(GROUPS)).body.items.map(({ name }) => name)).toEqual(['run-by-owner'])
    expect((await stranger.get<GroupPage>(GROUPS)).body.items).toEqual([])
    expect((await member.get<GroupMemberPage>(`${path}/members`)).body.items).toMatchObject([
      { user: { username: 'member', displayName: 'member', state: 'active' }, role: 'member', source: 'local' },
      { user: { username: 'owner' }, role: 'owner' },
    ])
    // Members see; only owners and admins change.
    expect(codeOf(await member.patch(path, { revision: 2, name: 'mine' }))).toEqual([403, 'not-allowed'])
    expect(codeOf(await put(member, id, 'stranger', 'member'))).toEqual([403, 'not-allowed'])
    expect(codeOf(await put(member, id, 'member', 'owner'))).toEqual([403, 'not-allowed'])
    expect(codeOf(await member.delete(`${path}/members/${ids['owner']}`))).toEqual([403, 'not-allowed'])
    for (const client of [owner, member]) {
      expect(codeOf(await client.delete(path))).toEqual([403, 'not-allowed'])
      expect(codeOf(await client.post(GROUPS, { name: 'own-one' }))).toEqual([403, 'not-allowed'])
    }
    // To everyone else it is not there.
    for (const [client, group] of [
      [stranger, id],
      [owner, other.id],
    ] as const) {
      const answers = [
        await client.get(`${GROUPS}/${group}`),
        await client.get(`${GROUPS}/${group}/members`),
        await client.patch(`${GROUPS}/${group}`, { revision: 1, name: 'mine' }),
        await put(client, group, 'stranger', 'owner'),
        await client.delete(`${GROUPS}/${group}/members/${ids['owner']}`),
        await client.delete(`${GROUPS}/${group}/members/${ids['stranger']}`),
      ]
      for (const answer of answers) expect(codeOf(answer)).toEqual([404, 'group-not-found'])
    }
    // Everyone may leave.
    expect((await member.delete(`${path}/members/${ids['member']}`)).status).toBe(204)
    expect(codeOf(await member.get(path))).toEqual([404, 'group-not-found'])
    expect(codeOf(await owner.delete(`${path}/members/${ids['member']}`))).toEqual([404, 'member-not-found'])
    expect(codeOf(await put(owner, id, newId(), 'member'))).toEqual([404, 'member-not-found'])
    expect((await put(owner, id, 'stranger', 'boss')).status).toBe(400)
  })

  it('keeps members that the identity provider put there', async () => {
    const { id } = await make('from-provider')
    const user = await store({ username: 'outsider', memberships: [{ groupId: id, role: 'member', source: 'oidc' }] })
    expect((await admin.get<GroupMemberPage>(`${GROUPS}/${id}/members`)).body.items).toMatchObject([{ source: 'oidc' }])
    expect(codeOf(await put(admin, id, user.id, 'owner'))).toEqual([409, 'membership-from-provider'])
    expect(codeOf(await admin.delete(`${GROUPS}/${id}/members/${user.id}`))).toEqual([409, 'membership-from-provider'])
  })

  it('takes many members at the same moment, and one person many groups', async () => {
    const groups = await Promise.all(['c1', 'c2', 'c3', 'c4', 'c5'].map((name) => make(name)))
    const answers = await Promise.all(groups.map(({ id }) => put(admin, id, 'stranger', 'member')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect((await stranger.get<GroupPage>(GROUPS)).body.items.map(({ name }) => name)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5'])
  })

  it('that is deleted while someone is added leaves nobody in it', async () => {
    for (let round = 0; round < 8; round++) {
      const { id } = await make(`fleeting-${round}`)
      await Promise.all([put(admin, id, 'member', 'member'), admin.delete(`${GROUPS}/${id}`)])
      expect((await repository.findById(ids['member'] ?? ''))?.memberships.map(({ groupId }) => groupId)).not.toContain(id)
    }
  })
})

describe('lists', () => {
  it('of groups are searched and paged', async () => {
    for (let i = 0; i < 9; i++) await make(`paged-${i}`, i % 2 === 0 ? 'Even (one)' : 'Odd')
    const names: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body }: { body: GroupPage } = await admin.get<GroupPage>(`${GROUPS}?q=paged&limit=4${cursor && `&cursor=${cursor}`}`)
      names.push(...body.items.map(({ name }) => name))
      cursor = body.nextCursor
    }
    expect(names).toEqual(Array.from({ length: 9 }, (_, i) => `paged-${i}`))
    const found = async (q: string) => (await admin.get<GroupPage>(`${GROUPS}?q=${encodeURIComponent(q)}`)).body.items.length
    expect(await found('paged EVEN')).toBe(5)
    expect(await found('(one)')).toBe(5)
    expect(await found('.*')).toBe(0)
  })

  it('of members are paged', async () => {
    const { id } = await make('crowd')
    for (let i = 0; i < 7; i++) await store({ username: `crowd-${i}`, memberships: [{ groupId: id, role: 'member', source: 'local' }] })
    const first = await admin.get<GroupMemberPage>(`${GROUPS}/${id}/members?limit=5`)
    const second = await admin.get<GroupMemberPage>(`${GROUPS}/${id}/members?limit=5&cursor=${first.body.nextCursor}`)
    const names = [...first.body.items, ...second.body.items].map(({ user }) => user.username)
    expect(names).toEqual(Array.from({ length: 7 }, (_, i) => `crowd-${i}`))
    expect(second.body.nextCursor).toBeNull()
  })
})

describe('the directory', () => {
  it('finds active people and groups by how their names begin', async () => {
    await store({ username: 'dir.ann', displayName: 'Ánn Dirlee', email: 'secret@example.org' })
    await store({ username: 'dir.gone', displayName: 'Gone', state: 'disabled' })
    await make('dir-lab')
    const find = async (q: string) =>
      (await stranger.get<DirectoryEntriesDto>(`/api/iam/directory?q=${encodeURIComponent(q)}`)).body.items.map(({ kind, name }) => [
        kind,
        name,
      ])
    expect(await find('dir')).toEqual([
      ['group', 'dir-lab'],
      ['user', 'dir.ann'],
    ])
    expect(await find('ann dir')).toEqual([['user', 'dir.ann']])
    expect(await find('DIRLEE')).toEqual([['user', 'dir.ann']])
    for (const q of ['secret', 'irlee', '.*', 'dir.gone', '^dir']) expect(await find(q), q).toEqual([])
    const all = await stranger.get<DirectoryEntriesDto>('/api/iam/directory?limit=3')
    expect(all.body.items).toHaveLength(3)
    expect(JSON.stringify(all.body)).not.toContain('@')
    expect((await portal.anonymous().get('/api/iam/directory')).status).toBe(401)
    expect((await stranger.get('/api/iam/directory?limit=101')).status).toBe(400)
  })
})
