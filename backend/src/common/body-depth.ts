import { DomainError } from './problem/domain-error.js'

const MAX_DEPTH = 20

/**
 * Refuses a body that is nested deeper than any of ours, before anything walks it recursively.
 * @param most levels that the route takes
 * @throws DomainError `malformed-request`
 */
export function checkDepth(body: unknown, most = MAX_DEPTH): void {
  let level = [body].filter(isContainer)
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > most) throw new DomainError('malformed-request', { reason: `The body is nested more than ${most} levels deep.` })
    level = level.flatMap((value) => Object.values(value).filter(isContainer))
  }
}

const isContainer = (value: unknown): value is object => typeof value === 'object' && value !== null
