import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { mountWithApp } from '../../test/mount'
import { useSessionStore } from '../stores/session'
import LoginPage from './LoginPage.vue'

const replace = vi.fn()
let query: Record<string, string>
vi.mock('vue-router', () => ({ useRoute: () => ({ query }), useRouter: () => ({ replace }) }))

const user = { id: 'u1', username: 'ada', displayName: 'Ada', email: null, role: 'user', hasPassword: true, mustChangePassword: false }
const provider = { label: 'University' }
let page: VueWrapper

beforeEach(() => {
  setActivePinia(createPinia())
  query = {}
  replace.mockClear()
})
afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

async function show(
  options: object,
  login: () => { status?: number; body?: unknown } = () => refusal(401, 'invalid-credentials'),
): Promise<void> {
  fakePortal({
    'GET /auth/options': () => ({ body: { local: true, oidc: null, publicAccess: false, ...options } }),
    'POST /auth/login': login,
  })
  page = mountWithApp(LoginPage, {})
  await flushPromises()
}
async function signIn(): Promise<void> {
  const [username, password] = page.findAll('input')
  await username?.setValue('ada')
  await password?.setValue('secret')
  await page.get('form').trigger('submit')
  await flushPromises()
}

it('signs in and goes on to where one wanted to go', async () => {
  query = { returnTo: '/p/iris' }
  await show({}, () => ({ body: { user, csrfToken: 'c' } }))
  await signIn()
  expect(replace).toHaveBeenCalledExactlyOnceWith('/p/iris')
})

it('offers the provider first, and the local form where that is another way in', async () => {
  query = { returnTo: '/p/iris' }
  await show({ oidc: provider })
  const link = page.get('a[href^="/api/auth/oidc/start"]')
  expect(link.text()).toContain('Sign in with University')
  expect(link.attributes('href')).toBe('/api/auth/oidc/start?returnTo=%2Fp%2Firis')
  expect(page.find('form').exists()).toBe(true)
})

it('keeps the local form out of the way where the provider is the way in', async () => {
  await show({ oidc: provider, local: false })
  expect(page.find('form').exists()).toBe(false)
  await page.get('button').trigger('click')
  expect(page.find('form').exists()).toBe(true)
})

it.each([
  ['account-disabled', 'disabled'],
  ['sign-in-not-permitted', 'University knows you'],
  ['something-new', 'did not work'],
])('explains %s', async (problem, words) => {
  query = { problem }
  await show({ oidc: provider })
  expect(page.get('[role=alert]').text()).toContain(words)
})

it('says why one was signed out', async () => {
  await show({})
  useSessionStore().signedOut = 'reused'
  await flushPromises()
  expect(page.text()).toContain('You were signed out')
})

it('counts down after too many attempts, and sends nothing meanwhile', async () => {
  vi.useFakeTimers()
  const login = vi.fn(() => refusal(429, 'too-many-requests'))
  await show({}, login)
  await signIn()
  expect(page.text()).toContain('again in 60 s')
  await vi.advanceTimersByTimeAsync(2000)
  expect(page.text()).toContain('again in 58 s')
  await signIn()
  expect(login).toHaveBeenCalledOnce()
  await vi.advanceTimersByTimeAsync(58_000)
  expect(page.text()).not.toContain('again in')
})
