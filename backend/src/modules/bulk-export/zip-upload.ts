import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { ZipFile } from 'yazl'
import { DomainError } from '../../common/problem/domain-error.js'
import type { ObjectStore } from '../../platform/object-store/object-store.js'

const MIB = 2 ** 20
/** So much of the ZIP is in memory at once, and so much of the object that is being read. */
const PART_BYTES = 16 * MIB
const SLICE_BYTES = 4 * MIB
/** An upload to an S3 store has no more parts. @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MOST_PARTS = 10_000

/** What becomes a file in a ZIP: bytes, or an object of the store. */
export type ZipEntry = { path: string } & ({ bytes: Buffer } | StoredEntry)
interface StoredEntry {
  key: string
  size: number
  sha256: string
  /** Whether it becomes smaller by that. */
  compress: boolean
}

/** An object that is not there any more, or not what it was. */
export class LostObject extends Error {
  constructor(readonly key: string) {
    super(`the object ${key} is not what was stored`)
  }
}

/**
 * Writes a ZIP into the object store, in memory that does not grow with it: an object of the store is read in slices, and no connection waits for another.
 * @param at the time that all its files have
 * @returns its size in bytes
 * @throws LostObject, DomainError of the store, the reason of the signal; nothing is left then
 */
export async function uploadZip(
  store: ObjectStore,
  key: string,
  entries: Iterable<ZipEntry>,
  at: Date,
  signal: AbortSignal,
): Promise<number> {
  const uploadId = await store.startUpload(key)
  try {
    const { parts, size } = await sendAll(store, key, uploadId, zipOf(store, entries, at, signal), signal)
    const { outcome } = await store.completeUpload(key, uploadId, parts)
    if (outcome !== 'completed') throw new DomainError('object-store-unavailable', {}, { cause: new Error(`the store says ${outcome}`) })
    return size
  } catch (error) {
    // What cannot be thrown away now is swept with the task.
    await store.abortUploads(key, uploadId).catch(() => undefined)
    throw error
  }
}

function zipOf(store: ObjectStore, entries: Iterable<ZipEntry>, mtime: Date, signal: AbortSignal): Readable {
  const zip = new ZipFile()
  const output = zip.outputStream
  if (!(output instanceof Readable)) throw new Error('the ZIP is no stream of this Node')
  zip.on('error', (error: Error) => output.destroy(error))
  for (const entry of entries)
    if ('bytes' in entry) zip.addBuffer(entry.bytes, entry.path, { mtime })
    else
      zip.addReadStreamLazy(entry.path, { mtime, size: entry.size, compress: entry.compress }, (give) => {
        const content = Readable.from(slicesOf(store, entry, signal))
        content.on('error', (error) => output.destroy(error))
        give(null, content)
      })
  zip.end()
  return output
}

async function* slicesOf(store: ObjectStore, { key, size, sha256 }: StoredEntry, signal: AbortSignal): AsyncIterable<Buffer> {
  const hash = createHash('sha256')
  for (let from = 0; from < size;) {
    signal.throwIfAborted()
    const slice = await store.slice(key, from, Math.min(SLICE_BYTES, size - from))
    if (!slice || slice.length === 0) throw new LostObject(key)
    from += slice.length
    hash.update(slice)
    // The last byte is not given before it is known that all are right.
    if (from === size && hash.digest('hex') !== sha256) throw new LostObject(key)
    yield slice
  }
}

async function sendAll(
  store: ObjectStore,
  key: string,
  uploadId: string,
  content: Readable,
  signal: AbortSignal,
): Promise<{ parts: { number: number; etag: string }[]; size: number }> {
  const parts: { number: number; etag: string }[] = []
  let pieces: Buffer[] = []
  let waiting = 0
  let size = 0
  const send = async (): Promise<void> => {
    signal.throwIfAborted()
    const number = parts.length + 1
    if (number > MOST_PARTS) throw new DomainError('export-too-large', { size, limit: MOST_PARTS * PART_BYTES })
    parts.push({ number, etag: await store.sendPart(key, uploadId, number, Buffer.concat(pieces, waiting)) })
    pieces = []
    waiting = 0
  }
  for await (const piece of content as AsyncIterable<Buffer>) {
    pieces.push(piece)
    waiting += piece.length
    size += piece.length
    if (waiting >= PART_BYTES) await send()
  }
  if (waiting > 0) await send()
  return { parts, size }
}
