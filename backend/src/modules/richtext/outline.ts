import { nodesOf, textOf, type NodeOf, type RichText } from './rich-text.js'

/** A heading, as a table of contents and a link within the page need it. */
export interface OutlineEntry {
  /** The id of its element. */
  id: string
  level: 2 | 3 | 4
  text: string
}

/** What every id begins with, so that none can stand for a property of the page. */
export const ID_PREFIX = 's-'
const MAX_SLUG = 60

/**
 * The headings in the order in which they are read. The ids are those that `renderHtml` gives them.
 * @param prefix for pages that show several texts; the same as is given to `renderHtml`
 */
export function outlineOf(doc: RichText, prefix = ID_PREFIX): OutlineEntry[] {
  const taken = new Map<string, number>()
  return headingsOf(doc).map((heading) => {
    const text = textOf(heading).replace(/\s+/g, ' ').trim()
    return { id: prefix + unique(slugOf(text), taken), level: heading.attrs.level, text }
  })
}

/** The headings themselves. */
export const headingsOf = (doc: RichText): NodeOf<'heading'>[] => [...nodesOf(doc)].filter((node) => node.type === 'heading')

function slugOf(text: string): string {
  const slug = text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
  return (
    Array.from(slug)
      .slice(0, MAX_SLUG)
      .join('')
      .replace(/^-+|-+$/g, '') || 'section'
  )
}

/** @param taken the names that are taken, each with the number that the next heading of that name tries first */
function unique(slug: string, taken: Map<string, number>): string {
  let name = slug
  let count = taken.get(slug) ?? 2
  while (taken.has(name)) name = `${slug}-${count++}`
  taken.set(slug, count)
  if (name !== slug) taken.set(name, 2)
  return name
}
