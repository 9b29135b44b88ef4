import { DomainError } from '../../src/common/problem/domain-error.js'

/**
 * Makes the next call of a method fail: `before` it has any effect, or `after` the whole effect, as when the process is
 * killed, or the answer is lost, at that moment.
 * Other calls are left alone until `when` is true of the arguments.
 */
export function failOnce<K extends string>(
  port: Record<K, (...args: never[]) => Promise<unknown>>,
  method: K,
  moment: 'before' | 'after',
  when: (...args: unknown[]) => boolean = () => true,
): void {
  const original = port[method] as (...args: unknown[]) => Promise<unknown>
  const failing = async (...args: unknown[]): Promise<unknown> => {
    if (!when(...args)) return original.apply(port, args)
    // Only the instance was changed: this uncovers the method of its class again.
    delete port[method]
    if (moment === 'after') await original.apply(port, args)
    throw new DomainError('database-unavailable')
  }
  Object.assign(port, { [method]: failing })
}
