import { createHash } from 'node:crypto'
import { DomainError } from '../../common/problem/domain-error.js'

const MIB = 2 ** 20
const GIB = 2 ** 30

/** S3's limit on the parts of one object. */
export const MAX_PARTS = 10_000

/**
 * `pending`: parts arrive. `completing`: they were checked, the object is being made; a crash changes nothing, it goes on. `completed`: there is a file.
 * `aborting`: given up, what arrived is being thrown away. `aborted`: it is.
 */
export type UploadState = 'pending' | 'completing' | 'completed' | 'aborting' | 'aborted'

/** A part of the plan: what has to arrive under that number, in bytes. */
export interface PlannedPart {
  number: number
  size: number
}

/** A part as someone says they sent it. */
export interface SentPart {
  number: number
  etag: string
}

/** One file on its way into the object store. */
export interface Upload {
  id: string
  target: { kind: 'dataset'; id: string }
  projectId: string
  /** The id that the file will have; part of the object's key. */
  fileId: string
  /** The object store's id of the multipart upload; null until it has begun there. */
  storeUploadId: string | null
  name: string
  /** As announced, in bytes. */
  size: number
  contentType: string
  /** In bytes; all parts but the last have it. */
  partSize: number
  state: UploadState
  /** The checked parts, while it is being completed. */
  parts: SentPart[]
  createdAt: Date
  updatedAt: Date
  /** When it is given up unless it is completed. */
  expiresAt: Date
}

/**
 * The size of the parts of a file: 16 MiB up to 1 GiB, so that little is sent again after a broken connection; 64 MiB above; and whole MiB more
 * where that would make more parts than S3 takes.
 */
export function partSizeFor(size: number): number {
  if (size <= GIB) return 16 * MIB
  return Math.max(64 * MIB, Math.ceil(size / MAX_PARTS / MIB) * MIB)
}

/** What has to arrive. An empty file is one empty part: S3 completes no upload without a part. */
export function planParts(size: number, partSize: number): PlannedPart[] {
  const count = Math.max(1, Math.ceil(size / partSize))
  return Array.from({ length: count }, (_, i) => ({ number: i + 1, size: Math.min(partSize, size - i * partSize) }))
}

/**
 * Checks that exactly what was planned has arrived and is what the sender says it sent.
 * @throws DomainError `validation-failed`, `upload-part-missing`, `upload-part-mismatch` or `upload-size-mismatch`
 */
export function checkParts(
  upload: Pick<Upload, 'id' | 'size' | 'partSize'>,
  sent: SentPart[],
  stored: (SentPart & { size: number })[],
): void {
  const plan = planParts(upload.size, upload.partSize)
  requireSensible(sent, plan.length)
  const said = new Map(sent.map(({ number, etag }) => [number, bareEtag(etag)]))
  const there = new Map(stored.map((part) => [part.number, part]))
  const missing = plan.filter(({ number }) => !said.has(number) || !there.has(number))
  if (missing.length > 0) throw new DomainError('upload-part-missing', { id: upload.id, parts: ranges(missing) })
  const other = plan.filter(({ number }) => said.get(number) !== there.get(number)?.etag)
  if (other.length > 0) throw new DomainError('upload-part-mismatch', { parts: ranges(other) })
  const actual = plan.reduce((sum, { number }) => sum + (there.get(number)?.size ?? 0), 0)
  if (actual !== upload.size) throw new DomainError('upload-size-mismatch', { expected: upload.size, actual })
  const cutElsewhere = plan.filter(({ number, size }) => there.get(number)?.size !== size)
  if (cutElsewhere.length > 0) throw new DomainError('upload-part-mismatch', { parts: ranges(cutElsewhere) })
}

function requireSensible(sent: SentPart[], count: number): void {
  const seen = new Set<number>()
  const errors = sent.flatMap(({ number }, i) => {
    const message =
      number > count
        ? `there is no part ${number}, the last one is ${count}`
        : seen.has(number)
          ? `part ${number} is named twice`
          : undefined
    seen.add(number)
    return message === undefined ? [] : [{ path: `parts.${i}.number`, message }]
  })
  if (errors.length > 0) throw new DomainError('validation-failed', {}, { errors })
}

/** An ETag as it is compared: without the quotes of the HTTP header. */
export const bareEtag = (etag: string): string => etag.replace(/^"|"$/g, '')

/**
 * The ETag that S3 gives an object made of these parts: the MD5 of their MD5 sums, a hyphen, their number.
 * @returns null when the parts' ETags are no MD5 sums, as in stores that encrypt
 */
export function combinedEtag(etags: string[]): string | null {
  if (!etags.every((etag) => /^[0-9a-f]{32}$/.test(etag))) return null
  return `${createHash('md5')
    .update(Buffer.from(etags.join(''), 'hex'))
    .digest('hex')}-${etags.length}`
}

/** Whether the object is the one made of these parts, as far as its size and the form of its ETag tell. */
export function isMadeOf(object: { etag: string; size: number }, upload: Pick<Upload, 'size' | 'parts'>): boolean {
  if (object.size !== upload.size) return false
  const expected = combinedEtag(upload.parts.map(({ etag }) => etag))
  return expected === null || !/^[0-9a-f]{32}-\d+$/.test(object.etag) || object.etag === expected
}

/** Numbers for people: `1-3, 7`; cut after ten groups. */
function ranges(parts: { number: number }[]): string {
  const groups: [number, number][] = []
  for (const { number } of parts) {
    const last = groups.at(-1)
    if (last && last[1] === number - 1) last[1] = number
    else groups.push([number, number])
  }
  const shown = groups.slice(0, 10).map(([from, to]) => (from === to ? String(from) : `${from}-${to}`))
  return [...shown, ...(groups.length > 10 ? ['…'] : [])].join(', ')
}
