import { nodesOf, type RichNode, type RichText } from './rich-text.js'

/** What a text shows that is kept elsewhere. */
export interface RichTextReferences {
  /** Ids, each once. */
  assets: string[]
  engines: string[]
  charts: number
}

/** What a text refers to: what may not be deleted while it does, and what a version has to take along. */
export function referencesOf(doc: RichText): RichTextReferences {
  const assets = new Set<string>()
  const engines = new Set<string>()
  let charts = 0
  for (const node of nodesOf(doc)) {
    for (const asset of assetsOf(node)) assets.add(asset)
    if (node.type === 'appEmbed') engines.add(node.attrs.engine)
    if (node.type === 'chart') charts += 1
  }
  return { assets: [...assets], engines: [...engines], charts }
}

function assetsOf(node: RichNode): string[] {
  if (node.type === 'image') return [node.attrs.asset]
  if (node.type === 'video') return [node.attrs.asset, ...(node.attrs.captions ? [node.attrs.captions] : [])]
  if (node.type === 'chart' && node.attrs.source.kind === 'figure') return [node.attrs.source.asset]
  return []
}
