import type { FastifyReply, FastifyRequest } from 'fastify'
import { randomUUID } from 'node:crypto'
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { DomainError } from './domain-error.js'
import { toProblem } from './problem.filter.js'

/**
 * Answers what Node could not read as a request, with the problem that says why, and closes the connection: a head that is too large, one that came too
 * slowly, or one that is no HTTP.
 */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const problem = toProblem(toDomainError(error), randomUUID())
  const body = JSON.stringify(problem)
  socket.end(
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}\r\ncontent-type: application/problem+json; charset=utf-8\r\n` +
      `content-length: ${Buffer.byteLength(body)}\r\ncache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
  )
}

/** Answers an address that the router could not read, before any route is known. */
export function answerUnreadableAddress(error: Error, request: FastifyRequest, reply: FastifyReply): void {
  const problem = toProblem(new DomainError('malformed-request', { reason: 'Its address cannot be read.' }, { cause: error }), request.id)
  void reply.status(problem.status).type('application/problem+json').send(problem)
}

function toDomainError({ code }: NodeJS.ErrnoException): DomainError {
  if (code === 'HPE_HEADER_OVERFLOW') return new DomainError('headers-too-large')
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new DomainError('request-too-slow')
  return new DomainError('malformed-request', { reason: 'It is no HTTP.' })
}
