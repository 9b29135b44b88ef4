import { Injectable } from '@nestjs/common'
import { now } from '../../../common/clock.js'
import { DomainError } from '../../../common/problem/domain-error.js'

const FREE_TRIES = 5
const MAX_DELAY_MS = 15 * 60_000
const FORGET_MS = 30 * 60_000
// Counters are kept in a fixed table indexed by a hash: a flood of made-up names can share a counter with the account under attack, never evict it.
const SLOTS = 65_536

interface Slot {
  failures: number
  until: number
  last: number
}

/**
 * Slows down guessing: after {@link FREE_TRIES} failures for a name, or ten times as many from an address, each further one doubles the wait, up to 15 minutes.
 * Counts in this process only; replicas count for themselves.
 */
@Injectable()
export class SignInThrottle {
  private readonly slots = new Map<number, Slot>()

  /** @throws DomainError `too-many-requests` while the name or the address has to wait */
  async check(username: string, address: string): Promise<void> {
    const at = now().getTime()
    const until = Math.max(this.slot(`n:${username}`).until, this.slot(`a:${address}`).until)
    if (until > at) throw new DomainError('too-many-requests', { seconds: Math.ceil((until - at) / 1000) })
  }

  async failed(username: string, address: string): Promise<void> {
    this.count(`n:${username}`, FREE_TRIES)
    this.count(`a:${address}`, FREE_TRIES * 10)
  }

  async succeeded(username: string): Promise<void> {
    this.slots.delete(slotOf(`n:${username}`))
  }

  private count(key: string, free: number): void {
    const at = now().getTime()
    const slot = this.slot(key)
    if (at - slot.last > FORGET_MS) slot.failures = 0
    slot.failures++
    slot.last = at
    if (slot.failures >= free) slot.until = at + Math.min(MAX_DELAY_MS, 1000 * 2 ** Math.min(slot.failures - free, 20))
    this.slots.set(slotOf(key), slot)
  }

  private slot(key: string): Slot {
    return this.slots.get(slotOf(key)) ?? { failures: 0, until: 0, last: 0 }
  }
}

/** FNV-1a, folded to the size of the table. */
function slotOf(key: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return (hash >>> 0) % SLOTS
}
