import sift from 'sift'
import { describe, expect, it } from 'vitest'
import { nobody, pick, random, randomProject, randomSubject, who } from '../../../test/factories/policy.js'
import type { AuthContext } from '../auth-context/auth-context.js'
import { DomainError } from '../problem/domain-error.js'
import { ALL_ACTIONS, isOnProject, SCOPES, type Action, type Scope } from './actions.js'
import { accessOf, allowedActions, can, filterFor, mayKnow, requireCan, type ProjectResource } from './policy.js'

// Its types do not say that the module itself is the function.
const query = sift as unknown as (filter: object) => (document: object) => boolean

const token = (id: string, scopes: Scope[], projectId: string | null = null) => who(id, { via: 'token', scope: { scopes, projectId } })
const project = (more: Partial<ProjectResource> = {}): ProjectResource => ({
  id: 'p1',
  ownerId: 'owner',
  visibility: 'private',
  members: [
    { kind: 'user', id: 'vic', role: 'viewer' },
    { kind: 'user', id: 'eve', role: 'editor' },
    { kind: 'user', id: 'dan', role: 'deployer' },
    { kind: 'user', id: 'mia', role: 'manager' },
    { kind: 'group', id: 'lab', role: 'deployer' },
  ],
  ...more,
})

const READ: Action[] = [
  'project:read',
  'project:members',
  'project:star',
  'project:view',
  'dataset:read',
  'engine:read',
  'engine:log',
  'engine:open',
  'quota:read',
  'run:read',
]
const EDIT: Action[] = ['project:update', 'card:save', 'report:save', 'dataset:create', 'dataset:update', 'dataset:delete', 'run:write']
const DEPLOY: Action[] = ['engine:create', 'engine:update', 'engine:delete', 'registry:manage']
const MANAGE: Action[] = ['project:delete', 'project:share']
const ON_PROJECT = ALL_ACTIONS.filter(isOnProject)
const allowed = (auth: AuthContext, resource = project()) => allowedActions(auth, ALL_ACTIONS, resource)

describe('can', () => {
  it.each<[string, AuthContext, Action[]]>([
    ['someone else', who('sam'), []],
    ['a viewer', who('vic'), READ],
    ['an editor', who('eve'), [...READ, ...EDIT]],
    ['a deployer', who('dan'), [...READ, ...DEPLOY]],
    ['a manager', who('mia'), [...READ, ...EDIT, ...DEPLOY, ...MANAGE]],
    ['the owner', who('owner'), ON_PROJECT],
    ['an admin', who('root', { role: 'admin' }), ON_PROJECT],
    ['one of a group', who('gus', { groupIds: ['other', 'lab'] }), [...READ, ...DEPLOY]],
    ['an editor whose group deploys', who('eve', { groupIds: ['lab'] }), [...READ, ...EDIT, ...DEPLOY]],
    ['nobody', nobody, []],
  ])('%s of a private project may do exactly what the role says', (_, auth, actions) => {
    expect(allowed(auth).sort()).toEqual([...actions].sort())
  })

  it('everyone with an account reads what is internal, everyone what is public; nobody without an account sees logs or members', () => {
    expect(allowed(who('sam'), project({ visibility: 'internal' })).sort()).toEqual([...READ].sort())
    expect(allowed(nobody, project({ visibility: 'internal' }))).toEqual([])
    expect(allowed(nobody, project({ visibility: 'public' })).sort()).toEqual([
      'dataset:read',
      'engine:open',
      'engine:read',
      'project:read',
      'project:view',
      'run:read',
    ])
  })

  it('on the instance an admin may do everything, others look after themselves', () => {
    expect(allowedActions(who('root', { role: 'admin' }), ALL_ACTIONS)).toEqual(ALL_ACTIONS.filter((action) => !isOnProject(action)))
    expect(allowedActions(who('sam'), ALL_ACTIONS)).toEqual([
      'self:read',
      'self:update',
      'system:read',
      'event:read',
      'directory:read',
      'group:read',
      'group:manage',
      'project:create',
      'size:read',
    ])
    expect(allowedActions(nobody, ALL_ACTIONS)).toEqual(['system:read', 'event:read'])
  })

  it('a token does what it was made for, where it was made for, and never more than its owner', () => {
    expect(allowed(token('mia', ['engines:deploy'])).sort()).toEqual([...DEPLOY].sort())
    expect(allowed(token('vic', ['engines:deploy', 'projects:read'])).sort()).toEqual([
      'project:members',
      'project:read',
      'project:star',
      'project:view',
    ])
    expect(allowed(token('mia', ['engines:deploy'], 'p2'))).toEqual([])
    expect(allowed(token('mia', ['runs:write'], 'p1'))).toEqual(['run:write'])
    expect(allowedActions(token('mia', ['projects:write'], 'p1'), ALL_ACTIONS)).toEqual(['self:read', 'system:read', 'event:read'])
    expect(can(token('root', [...SCOPES]), 'self:update')).toBe(false)
  })

  it('a thing of a project that one may not know of is not there, whatever a token is for', () => {
    expect(mayKnow(who('sam'), project())).toBe(false)
    expect(mayKnow(token('vic', ['runs:write']), project())).toBe(true)
    expect(mayKnow(token('vic', ['projects:read'], 'p2'), project())).toBe(false)
  })

  it('leaves what it denied on the trail', () => {
    const auth = who('vic')
    expect(() => requireCan(auth, 'project:update', project())).toThrow(DomainError)
    expect(auth.trail.denied).toEqual([{ action: 'project:update', resource: { type: 'project', id: 'p1' } }])
  })
})

describe('filterFor', () => {
  it('lets exactly those projects pass on which `can` says yes, in 20,000 random cases', () => {
    let passed = 0
    for (let seed = 0; seed < 4_000; seed++) {
      const next = random(seed)
      const auth = randomSubject(next, ['p0', 'p1', 'p2'])
      const action = pick(next, ON_PROJECT)
      const filter = filterFor(auth, action)
      const matches = filter === null ? () => false : query(filter)
      for (const id of ['p0', 'p1', 'p2', 'p3', 'p4']) {
        const one = randomProject(next, id)
        const expected = can(auth, action, one)
        if (expected) passed++
        expect({ seed, action, id, passes: matches({ _id: id, access: accessOf(one) }) }).toEqual({ seed, action, id, passes: expected })
      }
    }
    // A generator that never says yes would prove nothing.
    expect(passed).toBeGreaterThan(3_000)
  })
})
