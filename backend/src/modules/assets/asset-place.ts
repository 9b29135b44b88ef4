import type { FieldError } from '../../common/problem/domain-error.js'
import { kindOf, type Asset, type AssetKind } from './asset.js'

/** Where a text shows an asset, and as what. */
export interface AssetPlace {
  /** As in `content[3].attrs.asset`. */
  path: string
  id: string
  as: AssetKind
}

const KINDS: Readonly<Record<AssetKind, string>> = {
  image: 'this file is a picture: put it in as an image',
  video: 'this file is a film: put it in as a video',
  captions: 'this file has the captions of a film: add it to a video as that',
}

/**
 * What is wrong with the places: each that shows what the project does not have, or as what it is not. Pure.
 * @param there assets of the project, by id
 * @param known ids that were there once, and may be gone meanwhile
 */
export const faultsOf = (
  places: readonly AssetPlace[],
  there: ReadonlyMap<string, Asset>,
  known: ReadonlySet<string> = new Set(),
): FieldError[] =>
  places.flatMap(({ path, id, as }) => {
    const asset = there.get(id)
    if (!asset) return known.has(id) ? [] : [{ path, message: 'is no file of this project: upload it here first' }]
    const kind = kindOf(asset)
    return kind === as ? [] : [{ path, message: KINDS[kind] }]
  })
