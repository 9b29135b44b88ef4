import { expect, it } from 'vitest'
import type { AuditEntry } from '../../api/admin'
import { dayRange, wordsOf } from './audit'

const entry = (only: Partial<AuditEntry>): AuditEntry => ({
  id: '1',
  at: '2026-01-31T08:00:00.000Z',
  actor: { id: 'u', name: 'ada', via: 'session' },
  action: 'user:manage',
  outcome: 'done',
  status: 200,
  problem: null,
  resource: { type: 'user', id: 'v', name: 'ben' },
  before: null,
  after: null,
  address: '',
  userAgent: '',
  requestId: '',
  ...only,
})

it('says what was done by the values where the code of the action does not', () => {
  expect(wordsOf(entry({ after: {} }))).toBe('created')
  expect(wordsOf(entry({ before: {}, after: {} }))).toBe('changed')
  expect(wordsOf(entry({ before: {} }))).toBe('deleted')
  expect(wordsOf(entry({ action: 'self:update', before: {}, resource: { type: 'token', id: 't', name: null } }))).toBe('revoked')
  expect(wordsOf(entry({ before: {}, resource: { type: 'session', id: 's', name: null } }))).toBe('ended')
})

it('leaves it to the action where that is plain, and where nothing was done', () => {
  expect(wordsOf(entry({ action: 'project:share', before: {}, after: {} }))).toBeNull()
  expect(wordsOf(entry({ outcome: 'denied', after: {} }))).toBeNull()
  expect(wordsOf(entry({}))).toBeNull()
})

it('takes both days whole, in the time of whoever reads', () => {
  const { from = '', to = '' } = dayRange('2026-01-31', '2026-01-31')
  expect(new Date(from)).toEqual(new Date(2026, 0, 31))
  expect(new Date(to)).toEqual(new Date(2026, 1, 1))
  expect(dayRange('', 'soon')).toEqual({ from: undefined, to: undefined })
})
