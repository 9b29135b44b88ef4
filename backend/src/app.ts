import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import fastifyStatic from '@fastify/static'
import { RequestMethod } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Logger } from 'nestjs-pino'
import { AppModule } from './app.module.js'
import { AuditTrail } from './common/auth-context/audit-trail.js'
import type { AuthenticatedRequest } from './common/auth-context/auth-context.js'
import { checkDepth } from './common/body-depth.js'
import { answerClientError, answerUnreadableAddress } from './common/problem/client-error.js'
import { ProblemFilter } from './common/problem/problem.filter.js'
import { SseStream } from './common/sse/sse-stream.js'
import { createValidationPipe } from './common/validation/validation.pipe.js'
import type { Config } from './config/config.js'
import { AuditRecorder } from './modules/audit/audit-recorder.js'
import { RequestLimits } from './modules/limits/request-limits.js'
import { setUpOpenApi } from './openapi.js'
import { translateMongoError } from './platform/mongo/mongo.js'

const BODY_LIMIT = 1024 * 1024
const HEADERS_MS = 10_000
const REQUEST_MS = 30_000
const CHECK_MS = 2_000

/** What neither the page nor an app in it may use. */
const FORBIDDEN_FEATURES = [
  'camera',
  'display-capture',
  'geolocation',
  'hid',
  'microphone',
  'midi',
  'payment',
  'serial',
  'usb',
  'xr-spatial-tracking',
]

/**
 * The whole application, ready to listen.
 * @param options.preview builds the modules without running any of them, for the OpenAPI document
 */
export async function createApp(config: Config, options: { preview?: boolean } = {}): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({
    bodyLimit: BODY_LIMIT,
    trustProxy: (_address, hop) => hop < config.trustedProxies,
    requestIdHeader: false,
    clientErrorHandler: answerClientError,
    frameworkErrors: answerUnreadableAddress,
    // Longer than any head may be: an id that is too long is one that is not there, not an answer of the router's own.
    routerOptions: { maxParamLength: 32_768 },
    genReqId: () => randomUUID(),
    // Streams are ended in order before the server closes; a connection that is left over then must not hold it up.
    forceCloseConnections: true,
    // A client that sends byte by byte holds a connection for so long and no longer; files go to the object store.
    requestTimeout: REQUEST_MS,
    http: { headersTimeout: HEADERS_MS, connectionsCheckingInterval: CHECK_MS },
  })
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.of(config), adapter, {
    bufferLogs: true,
    // Nest's own would also read forms, which a page of another site can send.
    bodyParser: false,
    preview: options.preview ?? false,
    abortOnError: false,
  })
  if (!options.preview) app.useLogger(app.get(Logger))
  app.setGlobalPrefix('api', {
    exclude: [
      { path: 'livez', method: RequestMethod.GET },
      { path: 'readyz', method: RequestMethod.GET },
    ],
  })
  app.useGlobalPipes(createValidationPipe())
  app.useGlobalFilters(new ProblemFilter([translateMongoError]))
  app.enableShutdownHooks(['SIGTERM', 'SIGINT'])
  setUpOpenApi(app)
  await setUpHttp(app, config)
  if (!options.preview) watchRequests(app)
  return app
}

async function setUpHttp(app: NestFastifyApplication, config: Config): Promise<void> {
  await app.register(cookie)
  await app.register(helmet, securityHeaders(config))
  const fastify = app.getHttpAdapter().getInstance()
  const permissions = FORBIDDEN_FEATURES.map((feature) => `${feature}=()`).join(', ')
  // JSON only; the rest is 415.
  fastify.removeContentTypeParser('text/plain')
  fastify.addHook('onRequest', async (request: AuthenticatedRequest, reply) => {
    request.trail = new AuditTrail()
    void reply.header('x-request-id', request.id).header('permissions-policy', permissions)
    // What someone may see is for them alone, now; a route that knows better says so.
    if (isApi(request.url)) void reply.header('cache-control', 'no-store')
  })
  fastify.addHook('onRoute', (route) => {
    if (route.config?.body) route.bodyLimit = route.config.body.bytes
  })
  fastify.addHook('preValidation', async (request) => checkDepth(request.body, request.routeOptions.config.body?.depth))
  fastify.addHook('preClose', async () => SseStream.endAll('shutdown'))
  await servePage(app, config)
}

/** Every request of the API is counted before anything is done for it, and what it did is in the audit log before its answer leaves. */
function watchRequests(app: NestFastifyApplication): void {
  const limits = app.get(RequestLimits, { strict: false })
  const recorder = app.get(AuditRecorder, { strict: false })
  const fastify = app.getHttpAdapter().getInstance()
  fastify.addHook('onRequest', async (request: AuthenticatedRequest, reply) => {
    if (isApi(request.url)) await limits.arrived(request, reply)
  })
  fastify.addHook('onSend', async (request: AuthenticatedRequest, reply) => {
    if (!isApi(request.url)) return
    await limits.answered(request, reply)
    await recorder.finish(request, reply.statusCode)
  })
}

const isApi = (url: string): boolean => /^\/api(\/|\?|$)/.test(url)

/** The built page: files with a hash in their name are kept by browsers for good; every other address that is not the API's gets index.html. */
async function servePage(app: NestFastifyApplication, config: Config): Promise<void> {
  const root = resolve(config.frontendDir)
  if (!existsSync(join(root, 'index.html'))) return
  await app.register(fastifyStatic, {
    root,
    wildcard: false,
    index: false,
    cacheControl: false,
    // The build writes a .br and a .gz beside each file.
    preCompressed: true,
    setHeaders: (reply, path) => {
      void reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    },
  })
  const fastify = app.getHttpAdapter().getInstance()
  fastify.get('/*', (request, reply) => {
    const path = request.url.split('?')[0] ?? '/'
    if (/^\/(api|livez|readyz)(\/|$)/.test(path) || /\.\w{2,5}$/.test(path)) return reply.callNotFound()
    return reply.header('cache-control', 'no-cache').sendFile('index.html')
  })
}

/** What the page may load: itself, files from the object store, apps in frames. No script but its own. */
function securityHeaders(config: Config): Parameters<typeof helmet>[1] {
  const store = new URL(config.s3PublicEndpoint ?? config.s3Endpoint).origin
  const apps = new URL(config.appsUrl.replace('{app}', 'any')).origin.replace('//any.', '//*.')
  const tls = config.publicUrl.startsWith('https:')
  return {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Quasar sets positions through style attributes.
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:', store],
        mediaSrc: ["'self'", 'blob:', store],
        fontSrc: ["'self'", 'data:'],
        connectSrc: ["'self'", store],
        frameSrc: [apps],
        frameAncestors: ["'none'"],
        objectSrc: ["'none'"],
        baseUri: ["'self'"],
        formAction: ["'self'"],
      },
    },
    // Apps may be below this host; those on plain http would be gone with it.
    strictTransportSecurity: tls ? { maxAge: 31_536_000, includeSubDomains: apps.startsWith('https:') } : false,
    frameguard: { action: 'deny' },
    referrerPolicy: { policy: 'no-referrer' },
    crossOriginEmbedderPolicy: false,
    crossOriginResourcePolicy: { policy: 'same-origin' },
  }
}
