import { childrenOf, nodesOf, type RichNode, type RichText } from './rich-text.js'

/** What a text shows that is kept elsewhere. */
export interface RichTextReferences {
  /** Ids, each once. */
  assets: string[]
  engines: string[]
  /** Those that charts were taken from. */
  figures: string[]
  charts: number
}

/** What a text refers to: what may not be deleted while it does, and what a version has to take along. */
export function referencesOf(doc: RichText): RichTextReferences {
  const assets = new Set<string>()
  const engines = new Set<string>()
  const figures = new Set<string>()
  let charts = 0
  for (const node of nodesOf(doc)) {
    for (const asset of assetsOf(node)) assets.add(asset)
    if (node.type === 'appEmbed') engines.add(node.attrs.engine)
    if (node.type !== 'chart') continue
    charts += 1
    if (node.attrs.source.kind === 'figure') figures.add(node.attrs.source.figure)
  }
  return { assets: [...assets], engines: [...engines], figures: [...figures], charts }
}

function assetsOf(node: RichNode): string[] {
  if (node.type === 'image') return [node.attrs.asset]
  if (node.type === 'video') return [node.attrs.asset, ...(node.attrs.captions ? [node.attrs.captions] : [])]
  return []
}

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
