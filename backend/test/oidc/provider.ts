import { Provider } from 'oidc-provider'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'

/** Someone at the provider: any claims, `sub` is the key. */
export type Account = Record<string, unknown> & { sub: string }

/** An OpenID Connect provider that runs in this process, on loopback. */
export interface TestProvider {
  issuer: string
  clientId: string
  clientSecret: string
  /** Who can sign in there, by `sub`; change it at will. */
  accounts: Map<string, Account>
  /** Goes away: connections are refused. */
  down: () => Promise<void>
  /** Comes back at the same address. */
  up: () => Promise<void>
  stop: () => Promise<void>
}

/**
 * Starts a real provider (npm `oidc-provider`) with one client, whose sign-in page lists the accounts: one clicks on a name, a program posts `account=<sub>`,
 * and `cancel=1` to refuse.
 * @param options.publicUrl address of the portal @param options.idTokenClaims whether claims are in the id token, or in the
 * userinfo only @param options.publicClient whether the portal has no secret there
 */
export async function startProvider(options: {
  publicUrl: string
  accounts: Account[]
  idTokenClaims?: boolean
  publicClient?: boolean
}): Promise<TestProvider> {
  const accounts = new Map(options.accounts.map((account) => [account.sub, account]))
  const clientId = 'vitrine'
  const clientSecret = options.publicClient ? '' : 'only-for-tests-client-secret-0123456789'
  const server = createServer()
  const listen = (port: number) => new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  await listen(0)
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the provider has no port')
  const { port } = address
  const issuer = `http://127.0.0.1:${port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: clientId,
        ...(options.publicClient ? { token_endpoint_auth_method: 'none' } : { client_secret: clientSecret }),
        redirect_uris: [`${options.publicUrl}/api/auth/oidc/callback`],
        grant_types: ['authorization_code'],
        response_types: ['code'],
      },
    ],
    claims: { openid: ['sub', 'groups'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'] },
    // By default a provider keeps claims for the userinfo when there is one.
    conformIdTokenClaims: !(options.idTokenClaims ?? false),
    cookies: { keys: ['only-for-tests'] },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'test' }] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_: unknown, sub: string) => ({ accountId: sub, claims: () => accounts.get(sub) ?? { sub } }),
    ttl: { Session: 3600, Grant: 3600, Interaction: 3600, AccessToken: 3600, IdToken: 3600 },
  })
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (request.url?.startsWith('/interaction/')) void interact(provider, accounts, request, response)
    else answer(request, response)
  })
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return { issuer, clientId, clientSecret, accounts, down: close, up: () => listen(port), stop: close }
}

async function interact(
  provider: Provider,
  accounts: Map<string, Account>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response)
    if (prompt.name === 'consent') {
      const grant =
        (grantId === undefined ? undefined : await provider.Grant.find(grantId)) ??
        new provider.Grant({ accountId: session?.accountId ?? '', clientId: params.client_id })
      grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(' '))
      grant.addOIDCClaims(prompt.details.missingOIDCClaims ?? [])
      return await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } })
    }
    if (request.method === 'POST') {
      const form = new URLSearchParams(await text(request))
      const result = form.has('cancel') ? { error: 'access_denied' } : { login: { accountId: form.get('account') ?? '' } }
      return await provider.interactionFinished(request, response, result)
    }
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page([...accounts.values()]))
  } catch (error) {
    response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error))
  }
}

const page = (accounts: Account[]): string => `<!doctype html>
<html lang="en"><title>Test provider</title>
<h1>Who are you?</h1>
<form method="post">
${accounts.map(({ sub, name }) => `<button name="account" value="${sub}">${typeof name === 'string' ? name : sub}</button>`).join('\n')}
<button name="cancel" value="1">Cancel</button>
</form></html>`
