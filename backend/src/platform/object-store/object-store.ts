/** A part of a multipart upload that has arrived. `etag` is without quotes, `size` in bytes. */
export interface StoredPart {
  number: number
  etag: string
  size: number
}

/** An object that is stored whole. `etag` is without quotes, `size` in bytes. */
export interface StoredObject {
  etag: string
  size: number
}

/**
 * How an upload was completed: `part-refused` when the store has another part than the one named (it was sent again meanwhile), `upload-unknown`
 * when there is no such upload: it was completed already, aborted, or the store gave it up.
 */
export type Completion = { outcome: 'completed'; etag: string } | { outcome: 'part-refused' } | { outcome: 'upload-unknown' }

/** A part that someone may send with a plain PUT. */
export interface PartToSend {
  key: string
  uploadId: string
  number: number
}

/** What a browser gets when it fetches an object. */
export interface Download {
  key: string
  /** Name under which the browser saves it. */
  fileName: string
  contentType: string
  /** So many seconds a browser may keep it; as it sees fit when not given. */
  cacheSeconds?: number
}

/**
 * Port and injection token: the S3 store that holds all bytes. Keys are made by us and never contain what a person typed.
 * Every method that talks to the store throws DomainError `object-store-unavailable` or `object-store-full`; presigning is pure arithmetic and needs no store.
 */
export abstract class ObjectStore {
  /** Begins a multipart upload. @returns the store's own id of it */
  abstract startUpload(key: string): Promise<string>
  /** An address that takes the part by PUT, from anyone, for `seconds`. */
  abstract presignPart(part: PartToSend, seconds: number): Promise<string>
  /** The parts that have arrived, by number; null when the store knows no such upload. */
  abstract listParts(key: string, uploadId: string): Promise<StoredPart[] | null>
  /** Makes one object of the parts. */
  abstract completeUpload(key: string, uploadId: string, parts: { number: number; etag: string }[]): Promise<Completion>
  /** Throws away every unfinished upload of the key, also those whose id nobody kept. Nothing happens when there is none. */
  abstract abortUploads(key: string, uploadId: string | null): Promise<void>
  /** Stores bytes as one object, in the place of what was there. For what the portal itself makes: what people bring goes past it. */
  abstract put(key: string, bytes: Buffer, contentType: string): Promise<void>
  /** The bytes of an object; null when there is none. @throws Error when there are more than `most` */
  abstract get(key: string, most: number): Promise<Buffer | null>
  /** The bytes of an object from `from`, at most `length`; none beyond its end, null when there is no such object. */
  abstract slice(key: string, from: number, length: number): Promise<Buffer | null>
  /** Up to `most` keys that begin with the prefix. */
  abstract keysUnder(prefix: string, most: number): Promise<string[]>
  /** Sends a part of an upload from the portal itself. Every part but the last has at least 5 MiB. @returns its etag */
  abstract sendPart(key: string, uploadId: string, number: number, bytes: Buffer): Promise<string>
  /** The first bytes of an object, at most `length`; null when there is none. */
  abstract head(key: string, length: number): Promise<Buffer | null>
  /** The object, or null when there is none. */
  abstract stat(key: string): Promise<StoredObject | null>
  /** Removes the object. Nothing happens when there is none. */
  abstract remove(key: string): Promise<void>
  /**
   * An address that serves the object by GET as a download, never as a page, for `seconds`.
   * @param from when the time begins; now when not given. The same moment makes the same address, so that a browser finds in its cache what it has
   */
  abstract presignDownload(download: Download, seconds: number, from?: Date): Promise<string>
}
