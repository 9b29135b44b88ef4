import { describe, expect, it } from 'vitest'
import { ConfigError, parseConfig } from './config.js'

const GOOD = {
  VITRINE_SECRET: 'k3Jv9wQ2mX8bT5nR7cY1pL4sD6fG0hZa',
  MONGODB_URI: 'mongodb://127.0.0.1:27017/vitrine',
  S3_ENDPOINT: 'http://127.0.0.1:9000',
  S3_ACCESS_KEY: 'key',
  S3_SECRET_KEY: 'value',
}

const mistakes = (env: Record<string, string | undefined>, readFile?: (path: string) => string) => {
  try {
    parseConfig(env, readFile)
  } catch (error) {
    if (error instanceof ConfigError) return error.mistakes
    throw error
  }
  return []
}

describe('parseConfig', () => {
  it('takes what is given and the defaults for the rest', () => {
    const config = parseConfig({ ...GOOD, VITRINE_PORT: '9999' })
    expect(config.port).toBe(9999)
    expect(config.publicUrl).toBe('http://localhost:8080')
    expect(config.kubeconfig).toBeNull()
  })

  it('lists all mistakes at once', () => {
    const names = mistakes({
      VITRINE_PORT: 'false',
      VITRINE_PUBLIC_URL: 'localhost',
      VITRINE_SECRET: 'short',
      VITRINE_LOG_LEVEL: 'loud',
    }).map((m) => m.name)
    expect(names.sort()).toEqual([
      'MONGODB_URI',
      'S3_ACCESS_KEY',
      'S3_ENDPOINT',
      'S3_SECRET_KEY',
      'VITRINE_LOG_LEVEL',
      'VITRINE_PORT',
      'VITRINE_PUBLIC_URL',
      'VITRINE_SECRET',
    ])
  })

  it.each(['VITRINE_SECRET', 'MONGODB_URI', 'S3_SECRET_KEY'])('has no default for the secret %s', (name) => {
    expect(mistakes({ ...GOOD, [name]: '' }).map((m) => m.name)).toEqual([name])
  })

  it.each(['changeme-changeme-changeme-changeme', 'a'.repeat(40), 'short'])('refuses the secret %s', (value) => {
    expect(mistakes({ ...GOOD, VITRINE_SECRET: value }).map((m) => m.name)).toEqual(['VITRINE_SECRET'])
  })

  it('reads a value from the file that NAME_FILE names, without the line break at its end', () => {
    const config = parseConfig({ ...GOOD, S3_SECRET_KEY: undefined, S3_SECRET_KEY_FILE: '/run/key' }, (path) => `${path}-content\n`)
    expect(config.s3SecretKey).toBe('/run/key-content')
    expect(mistakes({ ...GOOD, S3_SECRET_KEY_FILE: '/run/key' })[0]?.message).toContain('given twice')
  })

  it('uses a kubeconfig only with the name of a context', () => {
    expect(mistakes({ ...GOOD, KUBECONFIG: '/k' }).map((m) => m.name)).toEqual(['VITRINE_KUBE_CONTEXT'])
    expect(mistakes({ ...GOOD, VITRINE_DRIVER: 'gateway' }).map((m) => m.name)).toEqual(['VITRINE_GATEWAY'])
  })

  it('needs a port for a process that is only the gateway', () => {
    expect(mistakes({ ...GOOD, VITRINE_ROLE: 'gateway' }).map((m) => m.name)).toEqual(['VITRINE_GATEWAY_PORT'])
    expect(parseConfig({ ...GOOD, VITRINE_GATEWAY_PORT: 'off' }).gatewayPort).toBeNull()
    expect(parseConfig({ ...GOOD, VITRINE_ROLE: 'gateway', VITRINE_GATEWAY_PORT: '8082' })).toMatchObject({
      role: 'gateway',
      gatewayPort: 8082,
    })
  })

  it.each(['http://apps.example.org', 'http://x.{app}.org', 'ftp://{app}.org', '{app}'])('refuses the address of apps %s', (value) => {
    expect(mistakes({ ...GOOD, VITRINE_APPS_URL: value }).map((m) => m.name)).toEqual(['VITRINE_APPS_URL'])
  })

  const OIDC = { VITRINE_OIDC_ISSUER: 'https://op.example.org/realms/a/', VITRINE_OIDC_CLIENT_ID: 'vitrine' }

  it('takes the issuer as it is, and what is said of its groups', () => {
    const config = parseConfig({ ...GOOD, ...OIDC, VITRINE_OIDC_ADMIN_GROUPS: 'a, b,', VITRINE_OIDC_GROUPS: '/x=lab, cn=y=eng' })
    expect(config.oidcIssuer).toBe('https://op.example.org/realms/a/')
    expect(config.oidcAdminGroups).toEqual(['a', 'b'])
    expect(config.oidcGroups).toEqual(
      new Map([
        ['/x', 'lab'],
        ['cn=y', 'eng'],
      ]),
    )
    expect(parseConfig({ ...GOOD, ...OIDC, VITRINE_OIDC_GROUPS: '*' }).oidcGroups).toBe('*')
  })

  it.each([
    [{ VITRINE_OIDC_CLIENT_ID: undefined }, 'VITRINE_OIDC_CLIENT_ID'],
    [{ VITRINE_OIDC_ISSUER: undefined, VITRINE_LOCAL_SIGN_IN: 'off' }, 'VITRINE_OIDC_ISSUER'],
    [{ VITRINE_OIDC_ISSUER: 'http://op.example.org' }, 'VITRINE_OIDC_ISSUER'],
    [{ VITRINE_OIDC_ISSUER: 'http://127.0.0.1.example.org' }, 'VITRINE_OIDC_ISSUER'],
    [{ VITRINE_OIDC_ISSUER: 'https://op.example.org?x=1' }, 'VITRINE_OIDC_ISSUER'],
    [{ VITRINE_OIDC_ISSUER: 'https://user:word@op.example.org' }, 'VITRINE_OIDC_ISSUER'],
    [{ VITRINE_OIDC_SCOPES: 'profile email' }, 'VITRINE_OIDC_SCOPES'],
    [{ VITRINE_OIDC_ADMIN_GROUPS: ' , ' }, 'VITRINE_OIDC_ADMIN_GROUPS'],
    [{ VITRINE_OIDC_GROUPS: 'a=B C' }, 'VITRINE_OIDC_GROUPS'],
    [{ VITRINE_OIDC_GROUPS: 'a' }, 'VITRINE_OIDC_GROUPS'],
    [{ VITRINE_OIDC_LINK_BY_EMAIL: 'yes' }, 'VITRINE_OIDC_LINK_BY_EMAIL'],
  ])('refuses %j for an identity provider', (env, name) => {
    expect(mistakes({ ...GOOD, ...OIDC, ...env }).map((m) => m.name)).toEqual([name])
  })

  it.each(['http://localhost:9000', 'http://127.0.0.1:9000', 'http://[::1]:9000'])('lets the issuer on this machine be %s', (issuer) => {
    expect(parseConfig({ ...GOOD, ...OIDC, VITRINE_OIDC_ISSUER: issuer }).oidcIssuer).toBe(issuer)
  })
})
