import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger'
import { PUBLIC_EXTENSION } from './common/auth-context/auth-context.js'
import { CATALOGUE, problemOf, type ProblemCode } from './common/problem/catalogue.js'
import { RAISES_KEY } from './common/problem/raises.js'

/** The OpenAPI document of the application; every operation says with which statuses it can answer. */
export function buildDocument(app: NestFastifyApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Vitrine')
    .setDescription('Control plane for machine-learning experiments and app hosting. Errors are `application/problem+json` with a `code`.')
    .setVersion('1')
    .addCookieAuth('vitrine_session', {
      type: 'apiKey',
      in: 'cookie',
      name: 'vitrine_session',
      description: 'set by POST /api/auth/login; unsafe calls also send X-CSRF-Token',
    })
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'a token of POST /api/iam/tokens' })
    .addSecurityRequirements('vitrine_session')
    .addSecurityRequirements('bearer')
    .build()
  const document = SwaggerModule.createDocument(app, config)
  addProblems(document)
  describeEvents(document)
  return document
}

/** Serves the document and a page to read it. */
export function setUpOpenApi(app: NestFastifyApplication): void {
  SwaggerModule.setup('docs', app, () => buildDocument(app), {
    useGlobalPrefix: true,
    jsonDocumentUrl: 'openapi.json',
    customSiteTitle: 'Vitrine API',
  })
}

function addProblems(document: OpenAPIObject): void {
  const schemas = (document.components ??= {}).schemas ?? {}
  document.components.schemas = schemas
  schemas['Problem'] = {
    type: 'object',
    required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
    properties: {
      type: { type: 'string', example: 'urn:vitrine:problem:project-not-found' },
      title: { type: 'string' },
      status: { type: 'integer' },
      detail: { type: 'string', description: 'what happened and what to do' },
      code: { type: 'string', enum: Object.keys(CATALOGUE) },
      requestId: { type: 'string' },
      errors: {
        type: 'array',
        items: { type: 'object', required: ['path', 'message'], properties: { path: { type: 'string' }, message: { type: 'string' } } },
      },
    },
  }
  for (const [path, item] of Object.entries(document.paths))
    for (const method of ['get', 'post', 'patch', 'put', 'delete'] as const) {
      const operation = item[method]
      if (!operation) continue
      const { [RAISES_KEY]: raised = [], [PUBLIC_EXTENSION]: isPublic = false, ...rest } = operation as MarkedOperation
      const codes = new Map<number, ProblemCode[]>(
        kindOf({ path, method, isPublic, hasParameters: (rest.parameters ?? []).length > 0 }).map((status) => [status, []]),
      )
      for (const code of raised) codes.set(problemOf(code).status, [...(codes.get(problemOf(code).status) ?? []), code])
      const responses = { ...rest.responses }
      for (const [status, named] of [...codes].sort(([a], [b]) => a - b)) responses[status] ??= problemResponse(status, named)
      item[method] = { ...rest, ...(isPublic ? { security: [] } : {}), responses }
    }
}

/** A stream of events is described by one of them: what comes is no text as a whole. */
function describeEvents(document: OpenAPIObject): void {
  const event: NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string] = {
    type: 'object',
    required: ['data'],
    properties: {
      id: { type: 'string' },
      event: { type: 'string' },
      data: { type: 'string', description: 'JSON' },
    },
  }
  for (const { get } of Object.values(document.paths))
    for (const response of Object.values(get?.responses ?? {})) {
      const stream = response && 'content' in response ? response.content?.['text/event-stream'] : undefined
      if (stream) stream.schema = event
    }
}

/** An operation with what the decorators left for this document. */
type MarkedOperation = NonNullable<OpenAPIObject['paths'][string]['get']> & {
  [RAISES_KEY]?: ProblemCode[]
  [PUBLIC_EXTENSION]?: boolean
}

/** The statuses of problems that every operation of a kind can answer with. */
function kindOf(operation: { path: string; method: string; isPublic: boolean; hasParameters: boolean }): number[] {
  const { path, method, isPublic, hasParameters } = operation
  const unsafe = method !== 'get'
  return [
    ...(unsafe || hasParameters ? [400] : []),
    ...(isPublic ? [] : [401]),
    // Also what is public may not be sent by a page of another site when it changes something.
    ...(unsafe || !isPublic ? [403] : []),
    ...(path.includes('{') ? [404] : []),
    ...(unsafe ? [413, 415] : []),
    429,
    431,
    ...(unsafe || !isPublic ? [503] : []),
  ]
}

const MEANING: Record<number, string> = {
  400: 'the request is not valid',
  401: 'not signed in',
  403: 'not allowed',
  404: 'not there, or you may not see it',
  409: 'does not go with what is stored',
  410: 'was taken back for good',
  413: 'the body is too large',
  415: 'the body is no JSON',
  422: 'cannot be done',
  429: 'too many requests',
  431: 'the address or a header is too long',
  503: 'a part that this needs is away',
  507: 'there is no space left',
}

const problemResponse = (status: number, codes: ProblemCode[]) => ({
  description: [MEANING[status] ?? 'a problem', ...(codes.length > 0 ? [codes.join(', ')] : [])].join(': '),
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})
