import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import { PUBLIC_URL, TestBrowser } from '../oidc/browser.js'
import { startProvider, type TestProvider } from '../oidc/provider.js'

const settingsOf = (provider: Pick<TestProvider, 'issuer' | 'clientId' | 'clientSecret'>): Record<string, string> => ({
  VITRINE_PUBLIC_URL: PUBLIC_URL,
  VITRINE_OIDC_ISSUER: provider.issuer,
  VITRINE_OIDC_CLIENT_ID: provider.clientId,
  VITRINE_OIDC_CLIENT_SECRET: provider.clientSecret,
})

let provider: TestProvider
let portal: TestApp
beforeAll(async () => {
  provider = await startProvider({ publicUrl: PUBLIC_URL, accounts: [] })
  portal = await startApp({ spec: import.meta.filename, env: settingsOf(provider) })
})
afterAll(async () => {
  await portal.remove()
  await provider.stop()
})

describe('signing in at a real provider', () => {
  it('makes an account, opens a session and leads to the page that was asked for', async () => {
    provider.accounts.set('1', {
      sub: '1',
      name: 'Ann Smith',
      preferred_username: 'Ann@uni.example',
      email: 'ann@uni.example',
      email_verified: true,
    })
    const browser = new TestBrowser(portal)
    expect(await browser.signIn('1', '/p/iris?tab=data')).toBe('/p/iris?tab=data')
    const me = await browser.client.get<{ user: Record<string, unknown> }>('/api/auth/me')
    expect(me.status).toBe(200)
    expect(me.body.user).toMatchObject({
      username: 'ann',
      displayName: 'Ann Smith',
      email: 'ann@uni.example',
      role: 'user',
      hasPassword: false,
    })
  })
})
