import { Injectable } from '@nestjs/common'
import { DomainError } from '../../common/problem/domain-error.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { LogArchive, type SegmentQuery } from './log-archive.js'
import type { NumberedEntry } from './log-ring.js'
import { readSegment, type LogSegment, type WrittenSegment } from './log-segment.js'
import { LogSegmentRepository } from './log-segment.repository.js'

const CONTENT_TYPE = 'application/zstd'
const MOST_BYTES = 64 * 1024 * 1024
// People who open one log at the same time read the same segments: a few are kept as they were read.
const KEPT = 8
const MOST_LOADS = 4

/** The archive in the bucket, with a small record of each segment in the database. */
@Injectable()
export class BucketLogArchive extends LogArchive {
  private readonly kept = new Map<string, Promise<readonly NumberedEntry[] | null>>()
  private readonly waiting: (() => void)[] = []
  private loading = 0

  constructor(
    private readonly segments: LogSegmentRepository,
    private readonly store_: ObjectStore,
  ) {
    super()
  }

  last(engineId: string): Promise<LogSegment | null> {
    return available(this.segments.last(engineId))
  }

  eventsSince(engineId: string, at: Date): Promise<string[]> {
    return available(this.segments.eventsSince(engineId, at))
  }

  async store({ segment, bytes }: WrittenSegment): Promise<void> {
    // The record first, as an intent: an object without one would never be found again.
    await available(this.segments.begin(segment))
    await this.store_.put(segment.key, bytes, CONTENT_TYPE)
    await available(this.segments.finish(segment.id))
  }

  find(query: SegmentQuery): Promise<LogSegment[]> {
    return available(this.segments.find(query))
  }

  load(segment: LogSegment): Promise<readonly NumberedEntry[] | null> {
    const known = this.kept.get(segment.key)
    if (known) {
      // Set anew, so that what was not asked for the longest time comes first.
      this.kept.delete(segment.key)
      this.kept.set(segment.key, known)
      return known
    }
    const loaded = this.read(segment)
    this.kept.set(segment.key, loaded)
    loaded.catch(() => this.kept.delete(segment.key))
    for (const oldest of this.kept.keys()) if (this.kept.size > KEPT) this.kept.delete(oldest)
    return loaded
  }

  private async read({ key }: LogSegment): Promise<NumberedEntry[] | null> {
    if (this.loading >= MOST_LOADS) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.loading++
    try {
      const bytes = await this.store_.get(key, MOST_BYTES)
      return bytes && (await readSegment(bytes))
    } finally {
      this.loading--
      this.waiting.shift()?.()
    }
  }
}

/** Whatever a database fails with is an outage to who wants to write or read a log: it is tried again. */
async function available<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof DomainError) throw error
    throw new DomainError('database-unavailable', {}, { cause: error })
  }
}
