/** What an asset is good for in a text. */
export type AssetKind = 'image' | 'video' | 'captions'

const MIB = 2 ** 20
const picture = { kind: 'image', most: 20 * MIB } as const
const film = { kind: 'video', most: 500 * MIB } as const

/** The types that can be shown, and the largest size of each in bytes. SVG is not among them: it is a page that runs scripts. */
export const FORMATS = {
  'image/png': picture,
  'image/jpeg': picture,
  'image/gif': picture,
  'image/webp': picture,
  'image/avif': picture,
  'video/mp4': film,
  'video/webm': film,
  'text/vtt': { kind: 'captions', most: MIB },
} as const satisfies Record<string, { kind: AssetKind; most: number }>
export type AssetType = keyof typeof FORMATS

/** The type as one of ours, whatever its parameters; null when it cannot be shown. */
export function assetTypeOf(contentType: string): AssetType | null {
  const bare = (contentType.split(';')[0] ?? '').trim().toLowerCase()
  return Object.hasOwn(FORMATS, bare) ? (bare as AssetType) : null
}

/** `pending` until its bytes are there and checked, `stored` while texts may show it, `deleting` is hidden until its object is gone. */
export type AssetState = 'pending' | 'stored' | 'deleting'

/** A picture, film or captions file that the texts of one project show; its bytes are the object under {@link keyOf}. */
export interface Asset {
  id: string
  projectId: string
  /** As the person who brought it calls it; only ever shown. */
  name: string
  contentType: AssetType
  /** In bytes. */
  size: number
  /** Of a picture, in pixels as it is shown; null for all else. */
  width: number | null
  height: number | null
  state: AssetState
  /** The object store's own id of the upload while it is under way; null before and after. */
  storeUploadId: string | null
  createdAt: Date
  /** Since when nothing is known to use it; null while something does. */
  unusedSince: Date | null
  /** When it is next looked at: whether its bytes arrived, whether something uses it. */
  reviewAt: Date
}

/** After so many milliseconds what was begun and not completed, or what nothing uses, is removed. */
export const KEPT_MS = 24 * 3_600_000

/** When something that was looked at just now is looked at again. */
export const nextReview = (at: Date): Date => new Date(at.getTime() + KEPT_MS)

export const kindOf = ({ contentType }: Pick<Asset, 'contentType'>): AssetKind => FORMATS[contentType].kind

/** Where the bytes are. Made of ids only: what a person typed never becomes part of a key. */
export const keyOf = ({ projectId, id }: Pick<Asset, 'id' | 'projectId'>): string => `projects/${projectId}/assets/${id}`

/** Where a page finds it: an address of the portal, which asks the policy each time. */
export const contentUrlOf = (id: string): string => `/api/assets/${id}/content`

/** What a review of an asset ends with. Pure: {@link AssetCleanup} acts on it. */
export type Verdict = { outcome: 'delete' } | { outcome: 'keep'; unusedSince: Date | null }

/** Decides over an asset that is due, knowing whether something uses it. What has become unused is kept for a day from now: someone may undo that. */
export function verdictOf({ state, createdAt, unusedSince }: Asset, used: boolean, at: Date): Verdict {
  const isOver = (since: Date) => at.getTime() - since.getTime() >= KEPT_MS
  if (state === 'pending') return isOver(createdAt) ? { outcome: 'delete' } : { outcome: 'keep', unusedSince: null }
  if (used) return { outcome: 'keep', unusedSince: null }
  if (unusedSince !== null && isOver(unusedSince)) return { outcome: 'delete' }
  return { outcome: 'keep', unusedSince: unusedSince ?? at }
}
