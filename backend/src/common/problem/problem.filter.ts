import { Catch, HttpException, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common'
import type { FastifyReply } from 'fastify'
import type { AuthenticatedRequest } from '../auth-context/auth-context.js'
import { problemOf, type ProblemCode } from './catalogue.js'
import { DomainError, fill } from './domain-error.js'

/** Turns an error of a library into one of ours, or says that it does not know it. Platform adapters provide these. */
export type ErrorTranslator = (error: unknown) => DomainError | undefined

/** The body of an error answer. */
export interface Problem {
  type: string
  title: string
  status: number
  detail: string
  code: ProblemCode
  requestId: string
  errors?: { path: string; message: string }[]
}

/** Turns whatever was thrown into `application/problem+json`; what nobody expected is logged whole and answered with a bare 500. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger('Problem')

  constructor(private readonly translators: ErrorTranslator[]) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp()
    const request = http.getRequest<AuthenticatedRequest>()
    const reply = http.getResponse<FastifyReply>()
    const known = this.translate(error, request)
    if (request.trail) request.trail.problem = known.code
    if (known.code === 'internal-error') this.logger.error({ err: error, requestId: request.id }, 'unexpected error')
    // A stream whose head is out cannot carry a problem any more: all that is left is to end it.
    if (reply.raw.headersSent) {
      reply.raw.destroy()
      return
    }
    const { retryAfter = known.params['seconds'] } = problemOf(known.code)
    if (retryAfter !== undefined) void reply.header('Retry-After', String(retryAfter))
    if (known.code === 'not-signed-in') void reply.header('WWW-Authenticate', 'Bearer realm="vitrine"')
    const body = toProblem(known, request.id)
    void reply.status(body.status).type('application/problem+json').send(body)
  }

  private translate(error: unknown, request: AuthenticatedRequest): DomainError {
    if (error instanceof DomainError) return error
    for (const translate of this.translators) {
      const translated = translate(error)
      if (translated) return translated
    }
    return fromHttp(error, request) ?? new DomainError('internal-error', { requestId: request.id }, { cause: error })
  }
}

/** The body for an error of ours. */
export function toProblem(error: DomainError, requestId: string): Problem {
  const entry = problemOf(error.code)
  return {
    type: `urn:vitrine:problem:${error.code}`,
    title: entry.title,
    status: entry.status,
    detail: fill(entry.detail, error.params),
    code: error.code,
    requestId,
    ...(error.errors ? { errors: error.errors } : {}),
  }
}

/** Errors that Nest and Fastify raise before our code runs: unknown routes and bodies that cannot be read. */
function fromHttp(error: unknown, request: AuthenticatedRequest): DomainError | undefined {
  const status = error instanceof HttpException ? error.getStatus() : statusCode(error)
  const reason = error instanceof Error ? error.message.replace(/\.?$/, '.') : ''
  if (status === 404) return new DomainError('route-not-found', { method: request.method, path: request.url.split('?')[0] ?? '' })
  if (status === 413) return new DomainError('body-too-large', { limit: request.routeOptions.bodyLimit ?? 0 })
  if (status === 415) return new DomainError('unsupported-media-type')
  if (status !== undefined && status >= 400 && status < 500) return new DomainError('malformed-request', { reason }, { cause: error })
  return undefined
}

function statusCode(error: unknown): number | undefined {
  const value = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof value === 'number' ? value : undefined
}
