import { BEGINNING, type Place } from './log-place.js'
import type { LogFilter } from './log-filter.js'
import { isFiltering, matcherOf } from './log-filter.js'
import type { LogEntry } from './log-entry.js'
import type { ReadableLog } from './log-reader.js'

/** An entry with its place. */
export interface PlacedEntry {
  entry: LogEntry
  place: Place
}

const RECORDS = 20

/** The entries of a log that pass the filter and stand before a place, the newest first: of memory, then of what is stored. */
export async function* readBackwards(log: ReadableLog, filter: LogFilter, before: Place | null): AsyncGenerator<PlacedEntry> {
  await log.ready
  const { ring, epoch, archive, engineId } = log
  const matches = isFiltering(filter) ? matcherOf(filter) : () => true
  const { first } = ring
  let place = before ?? { epoch, seq: ring.next }
  if (place.epoch === epoch && place.seq > first) {
    const kept: PlacedEntry[] = []
    // Taken at once: the ring may drop them while the reader is waited for.
    for (let seq = Math.min(place.seq, ring.next) - 1; seq >= first; seq--) {
      const entry = ring.at(seq)?.entry
      if (entry && matches(entry)) kept.push({ entry, place: { epoch, seq } })
    }
    yield* kept
    place = { epoch, seq: first }
  }
  while (archive && place.epoch !== BEGINNING.epoch) {
    const found = await archive.find({ engineId, before: place, filter, limit: RECORDS })
    if (found.length === 0) return
    for (const segment of found) {
      const entries = (await archive.load(segment)) ?? []
      const upTo = segment.epoch === place.epoch ? Math.min(segment.next, place.seq) : segment.next
      for (let at = Math.min(entries.length, upTo - segment.first) - 1; at >= 0; at--) {
        const entry = entries[at]?.entry
        if (entry && matches(entry)) yield { entry, place: { epoch: segment.epoch, seq: segment.first + at } }
      }
      place = { epoch: segment.epoch, seq: segment.first }
    }
  }
}
