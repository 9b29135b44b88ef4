import { Inject, Injectable } from '@nestjs/common'
import * as client from 'openid-client'
import { now } from '../../../common/clock.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import { boundedFetch } from './bounded-fetch.js'
import { identityOf, needsUserinfo, type Identity } from './identity.js'
import type { OidcTransaction } from './transaction.js'

const TIMEOUT_SECONDS = 5
/** For so long what the provider said of itself is taken as it was. */
const FRESH_MS = 5 * 60_000
/** Signatures that an id token may have. None with a shared secret, and not `none`. */
const ALGORITHMS: readonly string[] = ['RS256', 'PS256', 'ES256', 'EdDSA', 'Ed25519']
/** What a provider signs with when it does not say, by the standard. */
const DEFAULT_ALGORITHM = 'RS256'

type Connection = Pick<Config, 'oidcIssuer' | 'oidcClientId' | 'oidcClientSecret' | 'oidcScopes'>

/** The OpenID Connect provider of the instance. It may be away when the portal starts, and comes and goes as it likes. */
@Injectable()
export class IdentityProvider {
  private known: { at: number; configuration: client.Configuration } | undefined
  private discovering: Promise<client.Configuration> | undefined

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /**
   * A new transaction and the address at the provider where it begins.
   * @throws DomainError `identity-provider-not-configured`, `identity-provider-unavailable`
   */
  async begin(returnTo: string): Promise<{ transaction: OidcTransaction; url: URL }> {
    const configuration = await this.configuration()
    const verifier = client.randomPKCECodeVerifier()
    const transaction = { state: client.randomState(), nonce: client.randomNonce(), verifier, returnTo, at: now().getTime() }
    const url = client.buildAuthorizationUrl(configuration, {
      redirect_uri: this.redirectUri,
      response_type: 'code',
      scope: this.config.oidcScopes,
      state: transaction.state,
      nonce: transaction.nonce,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    })
    return { transaction, url }
  }

  /**
   * Who the answer is about, once all of it is proven to be the provider's answer to this transaction: state, issuer, PKCE, signature, audience, time, nonce.
   * @param search the query of the request with the answer
   * @throws DomainError as {@link begin}, or an error of the library when the answer is not good
   */
  async finish(search: string, transaction: OidcTransaction): Promise<Identity> {
    const configuration = await this.configuration()
    const answer = new URL(this.redirectUri)
    answer.search = search
    const tokens = await client.authorizationCodeGrant(configuration, answer, {
      expectedState: transaction.state,
      expectedNonce: transaction.nonce,
      pkceCodeVerifier: transaction.verifier,
      idTokenExpected: true,
    })
    const claims = tokens.claims()
    if (!claims) throw new client.ClientError('there is no id token')
    const hasUserinfo = configuration.serverMetadata().userinfo_endpoint !== undefined
    const userinfo =
      hasUserinfo && needsUserinfo(claims, this.config) ? await client.fetchUserInfo(configuration, tokens.access_token, claims.sub) : {}
    return identityOf(claims.iss, claims.sub, claims, userinfo, this.config)
  }

  /** Where the provider sends browsers back to; the provider has to know this very address. */
  private get redirectUri(): string {
    return `${this.config.publicUrl}/api/auth/oidc/callback`
  }

  private async configuration(): Promise<client.Configuration> {
    if (this.config.oidcIssuer === null || this.config.oidcClientId === null) throw new DomainError('identity-provider-not-configured')
    const at = now().getTime()
    if (this.known && at - this.known.at < FRESH_MS) return this.known.configuration
    // However many ask at once, the provider is asked once.
    this.discovering ??= discover(this.config).finally(() => (this.discovering = undefined))
    try {
      const configuration = await this.discovering
      this.known = { at, configuration }
      return configuration
    } catch (error) {
      throw new DomainError('identity-provider-unavailable', {}, { cause: error })
    }
  }
}

async function discover({ oidcIssuer, oidcClientId, oidcClientSecret }: Connection): Promise<client.Configuration> {
  if (oidcIssuer === null || oidcClientId === null) throw new Error('no identity provider is configured')
  const server = new URL(oidcIssuer)
  // The configuration lets this be for a provider on this machine only.
  const execute = server.protocol === 'http:' ? [client.allowInsecureRequests] : []
  const options = { timeout: TIMEOUT_SECONDS, [client.customFetch]: boundedFetch, execute }
  const found: client.ServerMetadata = (await client.discovery(server, oidcClientId, undefined, client.None(), options)).serverMetadata()
  // The library lets some providers name an issuer for everyone; with that, accounts of every tenant of theirs would be let in.
  if (new URL(found.issuer).href !== server.href) throw new Error(`the provider names itself ${found.issuer}, not ${oidcIssuer}`)
  const pinned = (found.id_token_signing_alg_values_supported ?? [DEFAULT_ALGORITHM]).filter((name) => ALGORITHMS.includes(name))
  const configuration = new client.Configuration(
    { ...found, id_token_signing_alg_values_supported: pinned },
    oidcClientId,
    undefined,
    authenticationBy(oidcClientSecret, found.token_endpoint_auth_methods_supported),
  )
  configuration.timeout = TIMEOUT_SECONDS
  configuration[client.customFetch] = boundedFetch
  for (const extension of execute) extension(configuration)
  // Without this the library trusts an id token that comes from the token endpoint for its TLS, and does not look at the signature.
  client.enableNonRepudiationChecks(configuration)
  return configuration
}

/** How the portal proves itself at the token endpoint. What a provider does not say is by the standard the header. */
function authenticationBy(secret: string | null, methods: readonly string[] = ['client_secret_basic']): client.ClientAuth {
  if (secret === null) return client.None()
  return methods.includes('client_secret_basic') || !methods.includes('client_secret_post')
    ? client.ClientSecretBasic(secret)
    : client.ClientSecretPost(secret)
}

/** Whether an error says that the provider is away or broken, rather than that its answer is not good. */
export function isProviderAway(error: unknown): boolean {
  if (error instanceof client.AuthorizationResponseError) return AWAY.has(error.error)
  if (error instanceof client.ResponseBodyError) return error.status >= 500 || AWAY.has(error.error)
  // Fetch reports a connection that failed by a bare TypeError.
  if (error instanceof TypeError) return true
  if (!(error instanceof client.ClientError)) return false
  return error.code === 'OAUTH_TIMEOUT' || (error.cause instanceof Response && error.cause.status >= 500)
}

/** Whether an error is the library's word on an answer that is not good. */
export const isBadAnswer = (error: unknown): boolean =>
  error instanceof client.ClientError ||
  error instanceof client.AuthorizationResponseError ||
  error instanceof client.ResponseBodyError ||
  error instanceof client.WWWAuthenticateChallengeError

const AWAY: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable'])
