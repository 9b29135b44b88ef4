import type { Params } from 'nestjs-pino'
import type { IncomingMessage } from 'node:http'
import type { Config } from './config/config.js'

// Probes come every few seconds and would hide everything else.
const QUIET = new Set(['/livez', '/readyz'])

/** How requests and messages are logged: JSON lines on stdout, without anything that signs someone in. */
export function loggerOptions(config: Config): Params {
  return {
    pinoHttp: {
      level: config.logLevel,
      // Fastify's middleware layer shortens `url` to what is left after the mount point.
      autoLogging: { ignore: (request: IncomingMessage & { originalUrl?: string }) => QUIET.has(request.originalUrl ?? request.url ?? '') },
      redact: {
        paths: [
          'req.headers.authorization',
          'req.headers.cookie',
          'req.headers["x-csrf-token"]',
          'res.headers["set-cookie"]',
          '*.password',
          '*.passwordHash',
          '*.secret',
        ],
        censor: '[redacted]',
      },
      serializers: {
        req: (request: { id: unknown; method: unknown; url: unknown; remoteAddress: unknown }) => ({
          id: request.id,
          method: request.method,
          url: request.url,
          from: request.remoteAddress,
        }),
        res: (response: { statusCode: unknown }) => ({ statusCode: response.statusCode }),
      },
    },
  }
}
