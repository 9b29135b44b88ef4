import httpProxy from '@fastify/http-proxy'
import { Inject, Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common'
import { fastify, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { now } from '../../common/clock.js'
import { Health } from '../../common/health.js'
import { newSecret } from '../../common/ids.js'
import { networkOf } from '../../common/network.js'
import { Pause } from '../../common/pause.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { SAFE_METHODS } from '../auth/same-origin.js'
import type { Engine } from '../engines/engine.js'
import { TokensService } from '../iam/tokens/tokens.service.js'
import { AppAddresses, appPath, isOwnPath, OWN_PATH } from './app-address.js'
import { GatewayCookie } from './gateway-cookie.js'
import { NO_APP, notAdmitted, noticeOf, pageOf, TOO_MANY, UNAVAILABLE, unreachable, type Notice } from './pages.js'
import { PassSigner, UsedOnce, type Pass } from './pass.js'
import { cookieValues, requestHeaders, responseHeaders, TOKEN_HEADER } from './proxied-headers.js'
import { Upstreams, type Upstream } from './upstreams.js'
import { PASS_MS, Visits, type Credential, type Verdict } from './visits.js'

const HEADERS_MS = 10_000
// Longer than ingresses keep a connection that is idle, so that none is closed while a request is on its way.
const KEEP_ALIVE_MS = 120_000
const MAX_HEADERS = 32 * 1024
const LISTEN_AGAIN_MS = 1_000
const CHECK_MS = 2_000
// What a viewer does not take from a web socket is kept for so long; more than that, and it is not there any more.
const MAX_BEHIND = 16 * 1024 * 1024

/** What is known of a request that is let through. */
interface Passage {
  engine: Engine
  upstream: Upstream
  identity: Readonly<Record<string, string>>
  /** The values of Set-Cookie headers of our own. */
  ownCookies: string[]
  /** Whether everyone may see the answer. */
  shared: boolean
}

/** What is needed of a request to pass it on. */
type Passing = Pick<FastifyRequest, 'headers' | 'ip'> & { raw: object }

/** The way to private apps: a server of its own, which lets through whom the policy lets, and closes what it closes. */
@Injectable()
export class GatewayServer implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Gateway')
  private readonly addresses: AppAddresses
  private readonly cookie: GatewayCookie
  private readonly tickets: PassSigner
  private readonly cookies: PassSigner
  private readonly used = new UsedOnce()
  private readonly portal: string
  private readonly passages = new WeakMap<object, Passage>()
  private readonly pause = new Pause()
  private server: FastifyInstance | undefined
  private stopped = false

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    @Inject(Visits) private readonly visits: Pick<Visits, 'verdict' | 'isInUse' | 'begin' | 'closeAll'>,
    @Inject(Upstreams) private readonly upstreams: Pick<Upstreams, 'find' | 'forget'>,
    @Inject(TokensService) private readonly tokens: Pick<TokensService, 'authenticate'>,
    private readonly health: Health,
  ) {
    this.addresses = new AppAddresses(config.appsUrl)
    this.cookie = new GatewayCookie(this.addresses)
    this.tickets = new PassSigner(config.secret, 'gateway ticket')
    this.cookies = new PassSigner(config.secret, 'gateway cookie')
    this.portal = new URL(config.publicUrl).origin
  }

  async onApplicationBootstrap(): Promise<void> {
    const { role, gatewayPort, gatewayHost, host } = this.config
    if (role === 'portal' || gatewayPort === null) return
    this.server = await this.build()
    const address = { port: gatewayPort, host: gatewayHost ?? host }
    if (!(await this.listen(this.server, address))) void this.listenLater(this.server, address)
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true
    this.pause.wake()
    this.visits.closeAll()
    if (!this.server?.server.listening) return
    this.server.server.closeAllConnections()
    await this.server.close()
  }

  /** @returns false when the machine does not have that address yet, as when the embedded cluster makes it */
  private async listen(server: FastifyInstance, address: { port: number; host: string }): Promise<boolean> {
    try {
      await server.ready()
      await new Promise<void>((resolve, reject) => {
        server.server.once('error', reject)
        server.server.listen(address, () => {
          server.server.off('error', reject)
          resolve()
        })
      })
      this.logger.log(`private apps are served on ${address.host}:${address.port}`)
      return true
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL') return false
      throw error
    }
  }

  private async listenLater(server: FastifyInstance, address: { port: number; host: string }): Promise<void> {
    this.logger.log(`there is no address ${address.host} here yet; private apps are served as soon as there is`)
    try {
      do await this.pause.wait(LISTEN_AGAIN_MS)
      while (!this.stopped && !(await this.listen(server, address)))
    } catch (error) {
      this.logger.error({ err: error }, 'private apps cannot be served')
    }
  }

  private async build(): Promise<FastifyInstance> {
    const { trustedProxies, knativeTimeoutSeconds } = this.config
    const server = fastify({
      logger: false,
      // An ingress leads here in any case.
      trustProxy: (_address: string, hop: number) => hop < Math.max(1, trustedProxies),
      // What apps take is theirs to say; it goes through piece by piece.
      bodyLimit: Number.MAX_SAFE_INTEGER,
      requestTimeout: 0,
      keepAliveTimeout: KEEP_ALIVE_MS,
      forceCloseConnections: true,
      http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS, maxHeaderSize: MAX_HEADERS },
      routerOptions: { maxParamLength: MAX_HEADERS },
    })
    server.removeAllContentTypeParsers()
    server.addHook('onRequest', (request, reply) => this.arrive(request, reply))
    server.setErrorHandler((error: unknown, request, reply) => this.fail(error, request, reply))
    const wsClientOptions = {
      perMessageDeflate: false,
      handshakeTimeout: knativeTimeoutSeconds * 1_000,
      rewriteRequestHeaders: (_: unknown, request: Passing) => this.webSocketHeaders(request),
    }
    await server.register(httpProxy, {
      upstream: '',
      websocket: true,
      wsServerOptions: { perMessageDeflate: false },
      wsClientOptions,
      wsHooks: {
        // Messages are not held back for a reader that does not keep up.
        onOutgoingMessage: (_, source) => {
          if (source.bufferedAmount > MAX_BEHIND) source.terminate()
        },
      },
      disableRequestLogging: true,
      internalRewriteLocationHeader: false,
      undici: { headersTimeout: (knativeTimeoutSeconds + 5) * 1_000, bodyTimeout: 0 },
      replyOptions: {
        getUpstream: (request) => this.passageOf(request).upstream.origin,
        rewriteRequestHeaders: (request) => this.headersFor(request),
        rewriteHeaders: (headers, request) => (request ? this.answerHeaders(headers, request) : headers),
        // An app that says "not now" means its viewer, not us.
        retryDelay: () => null,
      },
    })
    return server
  }

  /** Before anything else: finds out whose app is asked for, by whom, and whether they may. What is answered here goes no further. */
  private async arrive(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> {
    const host = this.addresses.labelOf(request.headers.host)
    if (host === null) return this.aside(request, reply)
    if (isOwnPath(request.url)) return this.enter(request, reply, host)
    const found = await this.credentialOf(request, host)
    if (found === 'bad-token') return reply.status(401).type('text/plain; charset=utf-8').send('The token is not valid.\n')
    const verdict = await this.visits.verdict(host, found?.credential ?? null)
    if (verdict.is === 'unknown') return this.challenge(request, reply, host)
    const { engine } = verdict
    const notice = noticeOf(engine)
    if (notice) return this.say(request, reply, notice)
    const upstream = await this.upstreams.find(engine)
    if (upstream === null) return this.say(request, reply, unreachable(engine))
    if (!this.begin(request, reply, host, found?.credential ?? null, verdict)) return this.say(request, reply, TOO_MANY)
    const admitted = verdict.is === 'admitted'
    this.passages.set(request.raw, {
      engine,
      upstream,
      identity: admitted ? verdict.identity : {},
      ownCookies: admitted && found?.pass ? this.renewed(found.pass) : [],
      shared: !admitted,
    })
    return undefined
  }

  /** On no host of an app: the probes of whoever runs the gateway. */
  private async aside(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    if (request.url === '/livez') return reply.send({ status: 'ok' })
    if (request.url !== '/readyz') return this.say(request, reply, NO_APP)
    const ready = this.health.isReady(await this.health.check())
    return reply.status(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unavailable' })
  }

  /** Trades a ticket for the cookie, and looks on a second visit whether the browser has kept it. */
  private async enter(request: FastifyRequest, reply: FastifyReply, host: string): Promise<FastifyReply> {
    const query = new URL(request.url, 'http://app').searchParams
    const path = appPath(query.get('path'))
    void reply.header('referrer-policy', 'no-referrer').header('cache-control', 'no-store')
    if (request.url.split('?')[0] !== `${OWN_PATH}enter` || request.method !== 'GET') return this.say(request, reply, NO_APP)
    const text = query.get('ticket')
    if (text === null) {
      const kept = await this.credentialOf(request, host)
      return kept !== null && kept !== 'bad-token' ? reply.redirect(path, 302) : this.say(request, reply, COOKIE_REFUSED)
    }
    const ticket = this.tickets.read(text)
    const at = now().getTime()
    // One that was used or has run out: whoever may can get another.
    if (ticket === null || ticket.expiresAt < at || !this.used.use(ticket, at)) return this.challenge(request, reply, host, path)
    const verdict = await this.visits.verdict(host, ticket)
    if (verdict.is === 'unknown') return this.challenge(request, reply, host, path)
    if (verdict.is === 'open') return reply.redirect(path, 302)
    const cookie = this.cookies.sign({ ...ticket, expiresAt: at + PASS_MS, nonce: newSecret(12) })
    return reply.header('set-cookie', this.cookie.set(cookie)).redirect(`${OWN_PATH}enter?path=${encodeURIComponent(path)}`, 302)
  }

  /** By what the request asks to be let in; null for nothing that counts. */
  private async credentialOf(
    request: FastifyRequest,
    host: string,
  ): Promise<{ credential: Credential; pass: Pass | null } | 'bad-token' | null> {
    const secret = request.headers[TOKEN_HEADER]
    if (secret !== undefined) {
      const found = typeof secret === 'string' ? await this.tokens.authenticate(secret) : null
      return found === null ? 'bad-token' : { credential: { via: 'token', credentialId: found.token.id, engineId: null }, pass: null }
    }
    if (!this.mayUseCookie(request, host)) return null
    const at = now().getTime()
    const passes = cookieValues(request.headers.cookie, this.cookie.name).flatMap((value) => this.cookies.read(value) ?? [])
    const pass = passes.find((each) => each.expiresAt > at || this.visits.isInUse(host, each))
    return pass ? { credential: pass, pass } : null
  }

  /** Not when a page of another origin would change something or open a web socket: a cookie alone does not tell whose will that is. */
  private mayUseCookie({ method, headers }: FastifyRequest, host: string): boolean {
    const { origin, upgrade } = headers
    if (origin === undefined || (SAFE_METHODS.has(method) && upgrade === undefined)) return true
    return origin === this.addresses.urlOf(host) || origin.replace(/^https?:\/\//, '') === headers.host
  }

  /** Someone who is not let through: a browser that goes somewhere is led to the portal, which knows whether it is signed in; all others are told. */
  private challenge(request: FastifyRequest, reply: FastifyReply, host: string, path = appPath(request.url)): FastifyReply {
    const { 'sec-fetch-dest': destination, accept = '', upgrade } = request.headers
    const href = `${this.config.publicUrl}/api/open?host=${host}&path=${encodeURIComponent(path)}`
    const wantsPage = accept.includes('text/html') && SAFE_METHODS.has(request.method) && upgrade === undefined
    void reply.header('cache-control', 'no-store').header('vary', 'cookie, sec-fetch-dest, accept')
    if (wantsPage && (destination === undefined || destination === 'document')) return reply.redirect(href, 302)
    return this.say(request, reply, notAdmitted(href))
  }

  private begin(request: FastifyRequest, reply: FastifyReply, host: string, credential: Credential | null, verdict: Verdict): boolean {
    const owner = verdict.is === 'admitted' ? verdict.auth.user.id : networkOf(request.ip)
    const { socket } = request.raw
    const end = this.visits.begin({ host, credential: verdict.is === 'admitted' ? credential : null, owner, close: () => socket.destroy() })
    if (end === null) return false
    // A web socket lives on its connection; of a plain request the connection may serve others.
    if (request.headers.upgrade === undefined) reply.raw.once('close', end)
    else socket.once('close', end)
    return true
  }

  /** A cookie anew when the one that came is half as old as it may get. */
  private renewed(pass: Pass): string[] {
    const at = now().getTime()
    if (pass.expiresAt - at > PASS_MS / 2) return []
    return [this.cookie.set(this.cookies.sign({ ...pass, expiresAt: at + PASS_MS, nonce: newSecret(12) }))]
  }

  private headersFor(request: Passing): Record<string, string | string[]> {
    const { upstream, identity } = this.passageOf(request)
    const host = request.headers.host ?? ''
    return requestHeaders(request.headers, {
      cookieName: this.cookie.name,
      routing: upstream.headers,
      host,
      protocol: this.addresses.protocol,
      address: request.ip,
      identity,
    })
  }

  /** As {@link headersFor}, without those of the handshake, which is made anew. */
  private webSocketHeaders(request: Passing): Record<string, string | string[]> {
    return Object.fromEntries(Object.entries(this.headersFor(request)).filter(([name]) => !name.startsWith('sec-websocket-')))
  }

  private answerHeaders(headers: Parameters<typeof responseHeaders>[0], request: Passing): ReturnType<typeof responseHeaders> {
    const { ownCookies, shared } = this.passageOf(request)
    return responseHeaders(headers, { cookieName: this.cookie.name, frameAncestors: this.frameAncestors, ownCookies, shared })
  }

  private passageOf({ raw }: Passing): Passage {
    const passage = this.passages.get(raw)
    if (!passage) throw new Error('a request that nobody has let through')
    return passage
  }

  private get frameAncestors(): string {
    return `'self' ${this.portal}`
  }

  /** What went wrong on the way: the app did not answer, the database is away, or the address makes no sense. */
  private fail(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply | undefined {
    if (reply.sent) return undefined
    const status = error instanceof Error && 'statusCode' in error ? Number(error.statusCode) : 500
    if (status >= 400 && status < 500)
      return reply.status(status).type('text/plain; charset=utf-8').send('The request cannot be passed on.\n')
    const passage = this.passages.get(request.raw)
    if (passage) {
      this.upstreams.forget(passage.engine)
      this.logger.debug({ err: error, engineId: passage.engine.id }, 'an app does not answer')
      return this.say(request, reply, unreachable(passage.engine))
    }
    if (!(error instanceof DomainError || error instanceof KubeError)) this.logger.warn({ err: error }, 'a request to an app failed')
    return this.say(request, reply, UNAVAILABLE)
  }

  /** Answers with a page for people, a line for programs. */
  private say(request: FastifyRequest, reply: FastifyReply, notice: Notice): FastifyReply {
    if (notice.retryAfter !== undefined) void reply.header('retry-after', String(notice.retryAfter))
    void reply
      .status(notice.status)
      .header('cache-control', 'no-store')
      .header('x-content-type-options', 'nosniff')
      .header('referrer-policy', 'no-referrer')
      .header('content-security-policy', `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors ${this.frameAncestors}`)
    if (request.headers.accept?.includes('text/html')) return reply.type('text/html; charset=utf-8').send(pageOf(notice))
    return reply.type('text/plain; charset=utf-8').send(`${notice.title}. ${notice.text}\n`)
  }
}

const COOKIE_REFUSED: Notice = {
  status: 403,
  title: 'Your browser did not keep a cookie',
  text: 'This app is for certain people only. It knows them by a cookie of its own address, which your browser refused. Allow cookies for this address and open the app again.',
}
