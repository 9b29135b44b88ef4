import { lookup as lookUp } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import { parseChallenges } from './challenge.js'
import { DOCKER_HUB, type ImageReference } from './image-reference.js'
import { RegistryError, type RegistryCredentials } from './image-registry.js'
import { parseObject } from './manifest.js'

const CONNECT_MS = 4_000
const MAX_BYTES = 4 * 1024 * 1024
const MAX_REDIRECTS = 5
const MAX_TOKEN = 16 * 1024

/** Which hosts an admin vouches for, and where the portal does not go otherwise. Hosts are written as `host[:port]`. */
export interface RegistryTrust {
  /** Whether plain HTTP is spoken with it. */
  isInsecure: (host: string) => boolean
  /** Whether it may be at any address. */
  isTrusted: (host: string) => boolean
  isForbidden: (address: string) => boolean
}

/** One answer of a registry. */
export interface RegistryAnswer {
  status: number
  header: (name: string) => string
  body: Buffer
}

interface Received extends RegistryAnswer {
  /** Who answered, after all redirects. */
  origin: string
}

/**
 * The requests about one image, with their own connections and one limit of time (OCI Distribution Specification 1.1, and Docker's for tokens:
 * https://distribution.github.io/distribution/spec/auth/token/). Signs in once, when the registry asks for it. A host that somebody named is not trusted:
 * each connection, after redirects too, goes to no forbidden address, and a password only to the registry or to where that one sends for tokens.
 */
export class RegistrySession {
  private readonly base: URL
  private readonly agents: { trusted: Agent; others: Agent }
  private authorization: string | undefined
  private asked = false

  constructor(
    private readonly reference: ImageReference,
    private readonly credentials: RegistryCredentials | null,
    private readonly trust: RegistryTrust,
    private readonly signal: AbortSignal,
  ) {
    const host = reference.registry === DOCKER_HUB ? 'registry-1.docker.io' : reference.registry
    this.base = new URL(`${trust.isInsecure(reference.registry) ? 'http' : 'https'}://${host}/v2/${reference.repository}/`)
    const options = { headersTimeout: 0, bodyTimeout: 0, maxResponseSize: MAX_BYTES, allowH2: false } as const
    this.agents = {
      trusted: new Agent({ ...options, connect: { timeout: CONNECT_MS } }),
      // Looked at when the connection is made: a name may stand for another address a moment later.
      others: new Agent({ ...options, connect: { timeout: CONNECT_MS, lookup: guarded(trust.isForbidden, reference.registry) } }),
    }
  }

  /**
   * Asks for a part of the repository.
   * @param path as in `manifests/latest`
   * @throws RegistryError, for every answer but 200
   */
  async ask(method: 'GET' | 'HEAD', path: string, accept: readonly string[]): Promise<RegistryAnswer> {
    try {
      const url = new URL(path, this.base)
      let answer = await this.send(method, url, accept, this.authorization)
      if (answer.status === 401 && !this.asked && answer.origin === this.base.origin) {
        this.asked = true
        this.authorization = await this.signIn(answer.header('www-authenticate'))
        if (this.authorization !== undefined) answer = await this.send(method, url, accept, this.authorization)
      }
      if (answer.status !== 200) throw this.refusal(answer.status)
      return answer
    } catch (error) {
      throw this.translate(error)
    }
  }

  /** Closes the connections. */
  async end(): Promise<void> {
    await Promise.all([this.agents.trusted.destroy(), this.agents.others.destroy()])
  }

  /** The value of the header that answers a challenge; undefined when there is nothing to answer with. */
  private async signIn(header: string): Promise<string | undefined> {
    const challenges = parseChallenges(header)
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer')
    if (bearer) return `Bearer ${await this.token(bearer.parameters)}`
    return this.credentials && challenges.some(({ scheme }) => scheme === 'basic') ? basic(this.credentials) : undefined
  }

  private async token({ realm = '', service }: Record<string, string>): Promise<string> {
    if (!URL.canParse(realm)) throw this.error('invalid', 'asks for a token, but does not say where to get it')
    const url = new URL(realm)
    if (service !== undefined) url.searchParams.set('service', service)
    // Not what the registry proposes: the portal reads, whatever else the password is good for.
    url.searchParams.set('scope', `repository:${this.reference.repository}:pull`)
    const authorization = this.credentials ? basic(this.credentials) : undefined
    const answer = await this.send('GET', url, ['application/json'], authorization, 0)
    if (answer.status === 429 || answer.status >= 500) throw this.refusal(answer.status)
    if (answer.status >= 400) throw this.refusal(401)
    if (answer.status !== 200) throw this.error('invalid', 'sends elsewhere for a token, and from there elsewhere again')
    const { token, access_token: other } = parseObject(answer.body)
    const found = token ?? other
    if (typeof found !== 'string' || found.length > MAX_TOKEN || !/^[\x21-\x7e]+$/.test(found))
      throw this.error('invalid', 'gave a token that cannot be used')
    return found
  }

  /** One request and what it is redirected to; another origin does not get the authorization. */
  private async send(
    method: 'GET' | 'HEAD',
    start: URL,
    accept: readonly string[],
    authorization: string | undefined,
    redirects = MAX_REDIRECTS,
  ): Promise<Received> {
    for (let url = start, left = redirects; ; left--) {
      const { statusCode, headers, body } = await request(url, {
        method,
        headers: {
          accept: accept.join(', '),
          'user-agent': 'vitrine',
          ...(authorization !== undefined && url.origin === start.origin ? { authorization } : {}),
        },
        dispatcher: this.agentFor(url),
        signal: this.signal,
      })
      const header = (name: string): string => [headers[name] ?? ''].flat().join(', ')
      const location = header('location')
      if (![301, 302, 303, 307, 308].includes(statusCode) || redirects === 0)
        return { status: statusCode, header, body: Buffer.from(await body.arrayBuffer()), origin: url.origin }
      await body.dump()
      if (left === 0 || !URL.canParse(location, url.href)) throw this.error('invalid', 'redirects without an end')
      url = new URL(location, url)
    }
  }

  /** The connections by which an address may be asked. @throws RegistryError for one that must not be asked at all */
  private agentFor(url: URL): Agent {
    const { trust } = this
    if (url.username !== '' || url.password !== '') throw this.error('invalid', 'sends to an address with a password in it')
    // The port is left out of a URL where it is the usual one; an admin may have written it.
    const names = [url.host, `${url.hostname}:${url.port || (url.protocol === 'http:' ? 80 : 443)}`]
    const isInsecure = names.some(trust.isInsecure)
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isInsecure))
      throw this.error('invalid', 'sends to an address without TLS')
    if (isInsecure || names.some(trust.isTrusted)) return this.agents.trusted
    // What is an address already is not looked up.
    const address = url.hostname.replace(/^\[|\]$/g, '')
    if (isIP(address) !== 0 && trust.isForbidden(address)) throw forbidden(this.reference.registry)
    return this.agents.others
  }

  private refusal(status: number): RegistryError {
    const { registry, repository, version } = this.reference
    if (status === 404) return new RegistryError('not-found', `The registry ${registry} has no ${version} of ${repository}.`)
    if (status === 401 || status === 403)
      return this.credentials
        ? this.error('unauthorized', `does not let the sign-in that is stored for it read ${repository}`)
        : this.error('unauthorized', `wants a sign-in for ${repository}, or does not have it`)
    if (status === 429) return this.error('unreachable', 'has had too many requests; try again later')
    if (status >= 500) return this.error('unreachable', `has a problem of its own (${status})`)
    return this.error('invalid', `gave an answer that a registry does not give (${status})`)
  }

  private translate(error: unknown): RegistryError {
    if (error instanceof RegistryError) return error
    if (this.signal.aborted) return this.error('unreachable', 'did not answer in time')
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return this.error('invalid', `sent more than ${MAX_BYTES} bytes about an image`)
    if (code === 'ENOTFOUND') return this.error('unreachable', 'is not known by that name')
    if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) return this.error('unreachable', 'has a certificate that is not trusted')
    if (/SSL|EPROTO/.test(code)) return this.error('unreachable', 'does not speak TLS')
    return this.error('unreachable', 'does not answer')
  }

  private error(kind: RegistryError['kind'], what: string): RegistryError {
    return new RegistryError(kind, `The registry ${this.reference.registry} ${what}.`)
  }
}

const basic = ({ username, password }: RegistryCredentials): string => `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

const forbidden = (registry: string): RegistryError =>
  new RegistryError(
    'unreachable',
    `The registry ${registry} leads to an address that the portal does not connect to. An admin can allow it.`,
  )

/** Finds the addresses of a name, and none if one of them is forbidden. */
function guarded(isForbidden: (address: string) => boolean, registry: string): LookupFunction {
  return (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error) callback(error, '')
      else if (!first || addresses.some(({ address }) => isForbidden(address))) callback(forbidden(registry), '')
      else if (options.all) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
