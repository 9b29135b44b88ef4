import { Logger } from '@nestjs/common'

/**
 * Which apps were compared with the cluster since it is known again what is in it. After a start of the portal and after an outage of the cluster all of
 * them are to be: until then, what is stored of them may be old.
 */
export class ReconcileProgress {
  private readonly logger = new Logger('ReconcileProgress')
  private pending: Set<string> | null = null
  private all = 0
  private since = 0

  /** All of these are to be compared from now on. */
  begin(ids: Iterable<string>): void {
    this.pending = new Set(ids)
    this.all = this.pending.size
    this.since = performance.now()
  }

  /** One was compared, as it is stored with how it is in the cluster, and what differed was asked of the cluster or refused by it. */
  done(id: string): void {
    if (!this.pending?.delete(id) || this.pending.size > 0) return
    this.logger.log(`all ${this.all} apps were compared with the cluster in ${((performance.now() - this.since) / 1000).toFixed(1)} s`)
  }

  /** @throws Error with how many are left, in words */
  requireDone(): void {
    if (this.pending === null) throw new Error('no app was compared with the cluster yet')
    if (this.pending.size > 0) throw new Error(`${this.pending.size} of ${this.all} apps were not compared with the cluster yet`)
  }
}
