import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { makeProject } from '../../test/make'
import { useSessionStore } from './session'

const user = { id: 'u1', username: 'ada', displayName: 'Ada', role: 'user' }

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

it('asks once who is signed in, however many ask', async () => {
  const calls = fakePortal({ 'GET /auth/me': () => ({ body: { user, csrfToken: 'c' } }) })
  const session = useSessionStore()
  await Promise.all([session.restore(), session.restore()])
  await session.restore()
  expect(calls).toEqual(['GET /auth/me'])
  expect(session.signedIn).toBe(true)
})

it('takes 401 for an answer, and an outage for none: then it asks again', async () => {
  let up = false
  fakePortal({ 'GET /auth/me': () => (up ? refusal(401, 'not-signed-in') : refusal(503, 'database-unavailable')) })
  const session = useSessionStore()
  await session.restore()
  expect(session.problem?.code).toBe('database-unavailable')
  up = true
  await session.restore()
  expect(session.problem).toBeNull()
  expect(session.signedIn).toBe(false)
})

it('remembers that a session ended by itself, until the next sign-in', async () => {
  fakePortal({ 'POST /auth/login': () => ({ body: { user, csrfToken: 'c' } }) })
  const session = useSessionStore()
  await session.signIn('ada', 'x')
  session.end()
  expect([session.signedIn, session.expired]).toEqual([false, true])
  await session.signIn('ada', 'x')
  expect(session.expired).toBe(false)
})

it('lets owners and admins edit', async () => {
  let role = 'user'
  fakePortal({ 'POST /auth/login': () => ({ body: { user: { ...user, role }, csrfToken: 'c' } }) })
  const session = useSessionStore()
  const own = makeProject()
  const foreign = makeProject({ owner: { id: 'u2', username: 'bob', displayName: 'Bob' } })
  expect(session.mayEdit(own)).toBe(false)
  await session.signIn('ada', 'x')
  expect([session.mayEdit(own), session.mayEdit(foreign)]).toEqual([true, false])
  role = 'admin'
  await session.signIn('ada', 'x')
  expect(session.mayEdit(foreign)).toBe(true)
})
