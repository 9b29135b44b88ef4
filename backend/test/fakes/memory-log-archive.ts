import { DomainError } from '../../src/common/problem/domain-error.js'
import { LogArchive, type SegmentQuery } from '../../src/modules/logs/log-archive.js'
import { placeText } from '../../src/modules/logs/log-place.js'
import type { NumberedEntry } from '../../src/modules/logs/log-ring.js'
import { readSegment, type LogSegment, type WrittenSegment } from '../../src/modules/logs/log-segment.js'

/** The archive in memory, which may be away, and which portals that are killed share. */
export class MemoryLogArchive extends LogArchive {
  readonly segments = new Map<string, WrittenSegment>()
  away = false
  /** Raised when a portal is killed: what it was about to store is not stored. */
  generation = 0

  async last(engineId: string): Promise<LogSegment | null> {
    return this.of(engineId).at(-1) ?? null
  }

  async eventsSince(engineId: string): Promise<string[]> {
    return this.of(engineId).flatMap(({ events }) => events)
  }

  async store(written: WrittenSegment): Promise<void> {
    const { generation } = this
    await this.turn()
    if (generation !== this.generation) throw new DomainError('object-store-unavailable')
    this.segments.set(written.segment.id, written)
  }

  async find({ engineId, after, before, filter = {}, limit }: SegmentQuery): Promise<LogSegment[]> {
    await this.turn()
    const { revision, pod, container, from, to } = filter
    const found = this.of(engineId).filter(
      (segment) =>
        (!after || segment.end > placeText(after)) &&
        (!before || segment.id < `${engineId}.${placeText(before)}`) &&
        (from === undefined || segment.to >= from) &&
        (to === undefined || segment.from <= to) &&
        (pod === undefined || segment.pods.includes(pod)) &&
        (container === undefined || segment.containers.includes(container)) &&
        (revision === undefined || segment.revisions.includes(revision)),
    )
    return (before ? found.reverse() : found).slice(0, limit)
  }

  async load({ id }: LogSegment): Promise<readonly NumberedEntry[] | null> {
    await this.turn()
    const found = this.segments.get(id)
    return found ? readSegment(found.bytes) : null
  }

  private of(engineId: string): LogSegment[] {
    this.check()
    const all = [...this.segments.values()].map(({ segment }) => segment).filter((segment) => segment.engineId === engineId)
    return all.sort((a, b) => (a.end < b.end ? -1 : 1))
  }

  private async turn(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve))
    this.check()
  }

  private check(): void {
    if (this.away) throw new DomainError('object-store-unavailable')
  }
}
