import { problemOf, type ProblemCode } from '../../common/problem/catalogue.js'
import { DomainError, fill } from '../../common/problem/domain-error.js'
import { translateMongoError } from '../../platform/mongo/mongo.js'
import type { TaskProblem } from './task.js'

/** What is wrong with everything rather than with one item. */
const OF_ALL: ReadonlySet<ProblemCode> = new Set([
  'object-store-unavailable',
  'object-store-full',
  'database-unavailable',
  'disk-full',
  'export-unavailable',
  'task-owner-not-allowed',
])

/** An error in the words of the catalogue; `internal-error` for what nobody expected. */
export function problemIn(error: unknown): DomainError {
  if (error instanceof DomainError) return error
  return translateMongoError(error) ?? new DomainError('internal-error', {}, { cause: error })
}

/** Whether it keeps every other item from being done, too. */
export const isOfAll = ({ code }: DomainError): boolean => OF_ALL.has(code)

/** What a task or an item says of it. Pure. @param id under which the portal's log has it */
export function explained({ code, params }: DomainError, id: string): TaskProblem {
  const { title, detail } = problemOf(code)
  if (code === 'internal-error')
    return {
      code,
      detail: `Something went wrong that nobody expected. An operator finds it in the log of the portal under ${id}. Try again.`,
    }
  return { code, detail: `${title}. ${fill(detail, params)}` }
}
