import { describe, expect, it } from 'vitest'
import { DomainError } from '../problem/domain-error.js'
import type { Action, AuthContext } from './auth-context.js'
import { can, requireCan } from './policy.js'

const who = (id: string, role: 'admin' | 'user'): AuthContext => ({
  user: { id, username: id, displayName: id, role },
  via: 'session',
  credentialId: 's',
})
const READS: Action[] = ['self:read', 'system:read', 'project:read', 'dataset:read', 'engine:read']
const WRITES: Action[] = [
  'project:update',
  'project:delete',
  'dataset:create',
  'dataset:delete',
  'engine:create',
  'engine:update',
  'engine:delete',
]
const mine = { ownerId: 'ann' }

describe('can', () => {
  it.each(READS)('everyone may %s', (action) => {
    expect(can(who('bob', 'user'), action, mine)).toBe(true)
  })

  it.each(WRITES)('%s is for the owner and for admins', (action) => {
    expect(can(who('ann', 'user'), action, mine)).toBe(true)
    expect(can(who('root', 'admin'), action, mine)).toBe(true)
    expect(can(who('bob', 'user'), action, mine)).toBe(false)
    expect(() => requireCan(who('bob', 'user'), action, mine)).toThrow(DomainError)
  })

  it('lets a route pass when there may be a resource on which the action is allowed', () => {
    expect(can(who('bob', 'user'), 'engine:create')).toBe(true)
  })
})
