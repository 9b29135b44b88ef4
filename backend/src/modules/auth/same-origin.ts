import type { FastifyRequest } from 'fastify'
import { DomainError } from '../../common/problem/domain-error.js'

/** Methods that change nothing. */
export const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses what would change something and says that it comes from a page of another origin, a sibling domain included: a cookie alone does not tell.
 * Browsers send Sec-Fetch-Site and Origin and no page can forge them; a program that is no browser sends neither.
 * @throws DomainError `cross-site-request`
 */
export function requireSameOrigin(request: Pick<FastifyRequest, 'method' | 'headers'>, publicUrl: string): void {
  if (SAFE_METHODS.has(request.method)) return
  const site = request.headers['sec-fetch-site']
  const { origin } = request.headers
  const otherSite = site !== undefined && site !== 'same-origin' && site !== 'none'
  const otherOrigin = origin !== undefined && origin !== new URL(publicUrl).origin
  if (otherSite || otherOrigin)
    throw new DomainError('cross-site-request', { origin: origin ?? 'another site', expected: new URL(publicUrl).origin })
}
