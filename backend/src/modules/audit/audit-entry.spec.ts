import { describe, expect, it } from 'vitest'
import { AuditTrail } from '../../common/auth-context/audit-trail.js'
import { entriesOf, namesOf, unfinished, type Attempt } from './audit-entry.js'

const intent = {
  id: '01m7xy77nxfy3p45z8hj66qhqg',
  at: new Date('2026-01-01T00:00:00Z'),
  actor: { id: 'u1', name: 'Ann', via: 'session' },
  resource: { type: 'project', id: 'p1', name: null },
  address: '10.0.0.1',
  userAgent: 'test',
  requestId: 'r1',
} as const satisfies Attempt['intent']

function entries(status: number, fill: (trail: AuditTrail) => void = () => undefined, more: Partial<Attempt> = {}) {
  const trail = new AuditTrail()
  trail.action = 'project:update'
  fill(trail)
  return entriesOf({ intent, unsafe: true, status, trail, ...more })
}
const resource = { type: 'project', id: 'p1', name: 'Iris' } as const

describe('entriesOf', () => {
  it('has one for each change, the first under the id of the intent', () => {
    const all = entries(200, (trail) => {
      trail.change({ resource, before: { title: 'a' }, after: { title: 'b' } })
      trail.change({ resource: { type: 'file', id: 'f1' } })
    })
    expect(all.map(({ id, outcome, resource }) => [id, outcome, resource?.type])).toEqual([
      [intent.id, 'done', 'project'],
      [`${intent.id}-0001`, 'done', 'file'],
    ])
    expect(all[0]).toMatchObject({ before: '{"title":"a"}', after: '{"title":"b"}', status: 200 })
  })

  it.each([
    [200, 'done'],
    [400, 'failed'],
    [401, 'denied'],
    [403, 'denied'],
    [404, 'failed'],
    [409, 'failed'],
    [500, 'failed'],
  ])('has one for what told nothing: %i is %s', (status, outcome) => {
    expect(entries(status)).toMatchObject([{ action: 'project:update', outcome, status, resource: { id: 'p1' } }])
  })

  it('has one more when something was changed and then it failed', () => {
    expect(entries(500, (trail) => trail.change({ resource })).map(({ outcome }) => outcome)).toEqual(['done', 'failed'])
  })

  it('has one for what was denied, also when it was only read and answered as if it were not there', () => {
    const denied = entries(404, (trail) => trail.deny('project:read', resource), { unsafe: false })
    expect(denied).toMatchObject([{ action: 'project:read', outcome: 'denied', status: 404, resource: { name: 'Iris' } }])
  })

  it('has none for reading, for a session that only has to be refreshed, and for who is sent to sign in', () => {
    expect(entries(200, () => undefined, { unsafe: false })).toEqual([])
    expect(entries(401, (trail) => (trail.problem = 'session-stale'))).toEqual([])
    const anonymous = { ...intent, actor: { id: null, name: '', via: 'anonymous' as const } }
    expect(entries(401, (trail) => trail.deny('project:read'), { unsafe: false, intent: anonymous })).toEqual([])
    expect(entries(401, () => undefined, { intent: anonymous })).toHaveLength(1)
  })

  it('has of refreshing a session only what was refused', () => {
    const refresh = (trail: AuditTrail) => (trail.action = 'auth:refresh')
    expect(entries(200, refresh)).toEqual([])
    expect(entries(401, refresh)).toEqual([])
    const reused = entries(401, (trail) => {
      refresh(trail)
      trail.deny('auth:refresh', { type: 'session', id: 's1' })
    })
    expect(reused).toMatchObject([{ action: 'auth:refresh', outcome: 'denied', resource: { type: 'session', id: 's1' } }])
  })

  it('has of what an editor saves every few seconds only refusals, and what the trail tells', () => {
    const saving = (trail: AuditTrail) => (trail.action = 'report:save')
    expect([200, 400, 409].flatMap((status) => entries(status, saving))).toEqual([])
    expect([401, 403].flatMap((status) => entries(status, saving)).map(({ outcome }) => outcome)).toEqual(['denied', 'denied'])
    const kept = (trail: AuditTrail) => {
      saving(trail)
      trail.change({ resource })
    }
    expect(entries(200, kept)).toMatchObject([{ action: 'report:save', outcome: 'done' }])
  })

  it('has none for what never reached a route', () => {
    expect(entries(404, (trail) => (trail.action = undefined))).toEqual([])
  })

  it('keeps no value that could be a secret, however deep, and flags as they are', () => {
    const [entry] = entries(200, (trail) =>
      trail.change({ resource, after: { a: [{ apiToken: 'S1', passwordHash: 'S2' }], secret: { x: 'S3' }, mustChangePassword: true } }),
    )
    expect(entry?.after).not.toMatch(/S\d/)
    expect(JSON.parse(entry?.after ?? '')).toMatchObject({ secret: '[redacted]', mustChangePassword: true })
  })

  it('keeps of large values the beginning', () => {
    const [entry] = entries(200, (trail) => trail.change({ resource, after: { text: 'ü'.repeat(50_000) } }))
    expect(Buffer.byteLength(entry?.after ?? '')).toBeLessThan(8 * 1024)
    expect(JSON.parse(entry?.after ?? '')).toMatchObject({ truncated: true, bytes: 100_011 })
  })
})

it('what was never finished is unknown, under the id of its intent', () => {
  expect(unfinished({ ...intent, action: 'project:update', route: 'PATCH /api/projects/p1' })).toMatchObject({
    id: intent.id,
    outcome: 'unknown',
    status: 0,
  })
})

it('is found by the names of who acted and of what it was about', () => {
  expect(namesOf({ actor: intent.actor, resource })).toEqual(['ann', 'iris'])
})
