import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the fake provider's next token is made of, and how it misbehaves. */
export interface Forgery {
  header?: Record<string, unknown>
  /** Undefined takes a claim away. */
  claims?: Record<string, unknown>
  signature?: 'own' | 'foreign' | 'none' | 'client-secret'
  /** Changes the token after it was signed. */
  tamper?: (token: string) => string
  userinfo?: Record<string, unknown>
  /** What the token endpoint answers instead. */
  token?: { status: number; headers?: Record<string, string>; body?: string }
}

/** A provider that answers whatever a test wants: what no real one does. */
export interface FakeProvider {
  issuer: string
  clientId: string
  clientSecret: string
  /** What the next answers are like. */
  forgery: Forgery
  /** The forms that were posted to its token endpoint. */
  readonly redeemed: URLSearchParams[]
  stop: () => Promise<void>
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
const newKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 })

/** Starts it on loopback. @param metadata what its discovery document says otherwise */
export async function startFakeProvider(metadata: Record<string, unknown> = {}): Promise<FakeProvider> {
  const own = newKey()
  const foreign = newKey()
  const clientSecret = 'only-for-tests-client-secret-0123456789'
  const fake: FakeProvider = { issuer: '', clientId: 'vitrine', clientSecret, forgery: {}, redeemed: [], stop: async () => {} }

  const tokenOf = ({ header = {}, claims = {}, signature = 'own', tamper = (token) => token }: Forgery): string => {
    const at = Math.floor(Date.now() / 1000)
    const head = encode({ alg: 'RS256', kid: 'own', typ: 'JWT', ...header })
    const body = encode({ iss: fake.issuer, aud: fake.clientId, sub: 'fake-sub', iat: at, exp: at + 300, ...claims })
    return tamper(`${head}.${body}.${signatureOf(`${head}.${body}`, signature)}`)
  }
  const signatureOf = (text: string, kind: NonNullable<Forgery['signature']>): string => {
    const by = (key: KeyObject) => sign('sha256', Buffer.from(text), key).toString('base64url')
    if (kind === 'none') return ''
    if (kind === 'client-secret') return createHmac('sha256', clientSecret).update(text).digest('base64url')
    return by(kind === 'own' ? own.privateKey : foreign.privateKey)
  }

  const server = createServer((request, response) => {
    const json = (value: unknown, status = 200, headers: Record<string, string> = {}) =>
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { token, userinfo = { sub: 'fake-sub' } } = fake.forgery
      switch (request.url) {
        case '/.well-known/openid-configuration':
          return json({
            issuer: fake.issuer,
            authorization_endpoint: `${fake.issuer}/authorize`,
            token_endpoint: `${fake.issuer}/token`,
            userinfo_endpoint: `${fake.issuer}/userinfo`,
            jwks_uri: `${fake.issuer}/jwks`,
            response_types_supported: ['code'],
            subject_types_supported: ['public'],
            // It would let anything pass; the portal must not.
            id_token_signing_alg_values_supported: ['RS256', 'HS256', 'none'],
            ...metadata,
          })
        case '/jwks':
          return json({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'own', use: 'sig', alg: 'RS256' }] })
        case '/userinfo':
          return json(userinfo)
        case '/token':
          fake.redeemed.push(new URLSearchParams(Buffer.concat(chunks).toString()))
          if (token)
            return response.writeHead(token.status, { 'content-type': 'application/json', ...token.headers }).end(token.body ?? '{}')
          return json({ access_token: 'access', token_type: 'Bearer', expires_in: 300, id_token: tokenOf(fake.forgery) })
        default:
          return json({}, 404)
      }
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  fake.issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  fake.stop = () =>
    new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return fake
}
