import { childrenOf, type RichNode, type RichText } from './rich-text.js'

/** What a text shows that is kept elsewhere: what may not be deleted while it does, and what a version has to take along. Ids, each once. */
export function referencesOf(doc: RichText): { assets: string[]; engines: string[] } {
  const places = placesOf(doc)
  return { assets: idsOf(assetPlacesOf(places)), engines: idsOf(places.filter(({ as }) => as === 'engine')) }
}

const idsOf = (places: readonly { id: string }[]): string[] => [...new Set(places.map(({ id }) => id))]

/** Where a text shows something that is kept elsewhere. */
export interface ReferencePlace {
  /** As in `content[3].attrs.asset`. */
  path: string
  id: string
  /** What stands there: an asset of that kind, an app, or a figure. */
  as: 'image' | 'video' | 'captions' | 'engine' | 'figure'
}

/** Every place where a text shows an asset, an app or a figure, in the order in which they are read. */
export function placesOf(doc: RichText): ReferencePlace[] {
  const below = (node: RichNode | RichText, path: string): ReferencePlace[] =>
    childrenOf(node).flatMap((child, index) => {
      const at = `${path}content[${index}]`
      return [...placesAt(child, `${at}.attrs`), ...below(child, `${at}.`)]
    })
  return below(doc, '')
}

function placesAt(node: RichNode, path: string): ReferencePlace[] {
  if (node.type === 'image') return [{ path: `${path}.asset`, id: node.attrs.asset, as: 'image' }]
  if (node.type === 'video') {
    const { asset, captions } = node.attrs
    const film: ReferencePlace = { path: `${path}.asset`, id: asset, as: 'video' }
    return captions ? [film, { path: `${path}.captions`, id: captions, as: 'captions' }] : [film]
  }
  if (node.type === 'appEmbed') return [{ path: `${path}.engine`, id: node.attrs.engine, as: 'engine' }]
  if (node.type === 'chart' && node.attrs.source.kind === 'figure')
    return [{ path: `${path}.source.figure`, id: node.attrs.source.figure, as: 'figure' }]
  return []
}

/** Those of the places that show an asset. */
export const assetPlacesOf = (places: readonly ReferencePlace[]) =>
  places.flatMap(({ as, ...place }) => (as === 'engine' || as === 'figure' ? [] : [{ ...place, as }]))

/** Those of a text's places that show something as what the earlier text did not show it: what is stored already may be gone meanwhile. */
export function newPlacesOf(doc: RichText, before: RichText | null | undefined): ReferencePlace[] {
  const keyOf = ({ as, id }: ReferencePlace): string => `${as} ${id}`
  const known = new Set(before ? placesOf(before).map(keyOf) : [])
  return placesOf(doc).filter((place) => !known.has(keyOf(place)))
}
