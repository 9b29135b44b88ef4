import type { NestFastifyApplication } from '@nestjs/platform-fastify'
import { DocumentBuilder, SwaggerModule, type OpenAPIObject } from '@nestjs/swagger'
import { CATALOGUE } from './common/problem/catalogue.js'

/** The OpenAPI document of the application; every operation says that it can answer with a problem. */
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
  const problem = {
    description: 'a problem',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  }
  for (const path of Object.values(document.paths))
    for (const method of ['get', 'post', 'patch', 'put', 'delete'] as const) {
      const operation = path[method]
      if (operation) operation.responses['default'] ??= problem
    }
}
