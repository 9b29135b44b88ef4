import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { useSessionStore } from './session'

const user = { id: 'u1', username: 'ada', displayName: 'Ada', email: null, role: 'user', hasPassword: true, mustChangePassword: false }
const me = () => ({ body: { user, csrfToken: 'c' } })
const permissions = () => ({ body: { instance: ['project:create'], project: null } })
const options = () => ({ body: { local: true, oidc: null, publicAccess: true } })

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

it('asks once who is signed in and what they may do, however many ask', async () => {
  const calls = fakePortal({ 'GET /auth/me': me, 'GET /auth/me/permissions': permissions })
  const session = useSessionStore()
  await Promise.all([session.restore(), session.restore()])
  await session.restore()
  expect(calls).toEqual(['GET /auth/me', 'GET /auth/me/permissions'])
  expect(session.signedIn).toBe(true)
  expect([session.may('project:create'), session.may('user:manage')]).toEqual([true, false])
})

it('takes 401 for an answer, and an outage for none: then it asks again', async () => {
  let up = false
  fakePortal({
    'GET /auth/me': () => (up ? refusal(401, 'not-signed-in') : refusal(503, 'database-unavailable')),
    'GET /auth/options': options,
  })
  const session = useSessionStore()
  await session.restore()
  expect(session.problem?.code).toBe('database-unavailable')
  up = true
  await session.restore()
  expect(session.problem).toBeNull()
  expect(session.signedIn).toBe(false)
  expect(session.options?.publicAccess).toBe(true)
})

it('remembers why a session ended by itself, until the next sign-in; nothing is allowed meanwhile', async () => {
  fakePortal({ 'POST /auth/login': me, 'GET /auth/me': me, 'GET /auth/me/permissions': permissions })
  const session = useSessionStore()
  await session.signIn('ada', 'x')
  await session.restore()
  session.end('reused')
  expect([session.signedIn, session.signedOut, session.may('project:create')]).toEqual([false, 'reused', false])
  expect(await session.signIn('ada', 'x')).toBe(false)
  expect(session.signedOut).toBeNull()
})

it('says when someone else signs in after one, whose things are still in memory', async () => {
  let id = 'u1'
  fakePortal({ 'POST /auth/login': () => ({ body: { user: { ...user, id }, csrfToken: 'c' } }) })
  const session = useSessionStore()
  expect(await session.signIn('ada', 'x')).toBe(false)
  session.end('ended')
  id = 'u2'
  expect(await session.signIn('bob', 'x')).toBe(true)
})

it('asks what one may do once the password is changed, not before', async () => {
  let must = true
  const answer = () => ({ body: { user: { ...user, mustChangePassword: must }, csrfToken: 'c' } })
  const calls = fakePortal({
    'GET /auth/me': answer,
    'GET /auth/me/permissions': permissions,
    'POST /auth/password': () => {
      must = false
      return answer()
    },
  })
  const session = useSessionStore()
  await session.restore()
  expect([session.mustChangePassword, calls]).toEqual([true, ['GET /auth/me']])
  await session.changePassword('old', 'new')
  await session.restore()
  expect([session.mustChangePassword, session.may('project:create')]).toEqual([false, true])
})
