import { load, type CheerioAPI } from 'cheerio/slim'
import { DomainError } from '../../common/problem/domain-error.js'
import { imageTypeOf } from './image-type.js'
import { latexFault, MAX_LATEX } from './latex.js'
import { childrenOf, type CalloutKind, type InlineNode, type RichMark, type RichNode, type RichText } from './rich-text.js'
import { safeUrl } from './safe-url.js'
import { LANGUAGE, MAX_CAPTION, MAX_SPAN, MAX_START, RICH_TEXT_LIMITS } from './schema.js'
import { validateRichText } from './validate.js'

/** A picture that was in the page itself. The image nodes it belongs to have `#<index>` for their asset until it is stored. */
export interface ImportedImage {
  index: number
  contentType: string
  bytes: Buffer
  alt: string
}

export interface ImportedHtml {
  doc: RichText
  images: ImportedImage[]
  /** What could not be taken over, for people to read; each once. */
  dropped: string[]
}

const MAX_HTML = 32 * 2 ** 20
// Closing a tag looks through all that are open: so many take about a second at worst.
const MAX_TAGS = 60_000
const MAX_IMAGES = 200
const MAX_IMAGE_BYTES = 20 * 2 ** 20
const MAX_DROPPED = 100
/** Elements below each other, beyond which only text is taken. */
const MAX_DOM_DEPTH = 200
/** Blocks below each other, beyond which lists, quotes and tables become plain paragraphs: a table needs five more levels. */
const MAX_BLOCK_DEPTH = RICH_TEXT_LIMITS.depth - 5
// Somewhat less than may be stored, so that what is around the last node fits too.
const BUDGET = { nodes: 19_500, characters: 490_000, bytes: 1.9 * 2 ** 20, formulas: 950, latex: 28_000 }

/**
 * Reads HTML as it comes from Word, Google Docs, Jupyter, Confluence, a web page, or `renderHtml`, and keeps what the schema knows.
 * Headings move one level down when there is an h1, since the page has its own. It reads only; what is shown is written by `renderHtml` from the result.
 * @returns a text that `validateRichText` accepts with `pendingAssets`
 * @throws DomainError `rich-text-invalid` when there is too much to read
 */
export function importHtml(html: string): ImportedHtml {
  if (html.length > MAX_HTML) throw tooLarge(`has ${html.length} characters of ${MAX_HTML} that are read: import it in parts`)
  const tags = html.split('<').length - 1
  if (tags > MAX_TAGS) throw tooLarge(`has ${tags} tags of ${MAX_TAGS} that are read: import it in parts`)
  // The parser of cheerio/slim takes time in proportion to its input; one that repairs like a browser can be made to copy open tags without end.
  const nodes = load(html).root()[0]?.children ?? []
  const importer = new Importer(nodes)
  const content = importer.read()
  const doc = validateRichText({ type: 'doc', content }, { pendingAssets: true })
  return { doc, images: importer.images, dropped: importer.dropped }
}

const tooLarge = (message: string): DomainError => new DomainError('rich-text-invalid', {}, { errors: [{ path: 'html', message }] })

type DomDocument = ReturnType<CheerioAPI['root']>[number]
type DomNode = DomDocument['children'][number]
type DomElement = Extract<DomNode, { attribs: unknown }>

/** Where the reader is. */
interface Place {
  marks: readonly RichMark[]
  /** Blocks around it. */
  depth: number
  /** Elements around it. */
  level: number
}

// Nothing that a reader would miss.
const SILENT = new Set([
  'head',
  'title',
  'meta',
  'link',
  'base',
  'style',
  'template',
  'noscript',
  'noembed',
  'noframes',
  'param',
  'source',
  'track',
  'colgroup',
  'col',
  'rp',
])
const DROPPED = new Set([
  ...[
    'script',
    'image',
    'iframe',
    'frame',
    'frameset',
    'object',
    'embed',
    'applet',
    'svg',
    'math',
    'video',
    'audio',
    'canvas',
    'map',
    'input',
    'button',
  ],
  ...[
    'select',
    'textarea',
    'progress',
    'meter',
    'dialog',
    'portal',
    'marquee',
    'xml',
    'xmp',
    'plaintext',
    'listing',
    'bgsound',
    'mjx-container',
  ],
])
// What begins and ends a paragraph without being a node.
const BLOCKS = new Set([
  ...[
    'p',
    'div',
    'section',
    'article',
    'header',
    'footer',
    'main',
    'aside',
    'address',
    'center',
    'fieldset',
    'form',
    'figure',
    'figcaption',
  ],
  ...[
    'dl',
    'dd',
    'body',
    'html',
    'hgroup',
    'details',
    'nav',
    'tr',
    'td',
    'th',
    'tbody',
    'thead',
    'tfoot',
    'caption',
    'li',
    'legend',
    'search',
  ],
])
const MARKS: ReadonlyMap<string, RichMark> = new Map(
  Object.entries<RichMark>({
    b: { type: 'bold' },
    strong: { type: 'bold' },
    i: { type: 'italic' },
    em: { type: 'italic' },
    cite: { type: 'italic' },
    dfn: { type: 'italic' },
    var: { type: 'italic' },
    u: { type: 'underline' },
    ins: { type: 'underline' },
    s: { type: 'strike' },
    strike: { type: 'strike' },
    del: { type: 'strike' },
    code: { type: 'code' },
    tt: { type: 'code' },
    kbd: { type: 'code' },
    samp: { type: 'code' },
    sub: { type: 'subscript' },
    sup: { type: 'superscript' },
    mark: { type: 'highlight' },
  }),
)
const HEADINGS = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6']
/** Prompts, anchors and copy buttons that pages add around their text. */
const CHROME = ['jp-InputPrompt', 'jp-OutputPrompt', 'prompt', 'anchor-link', 'headerlink', 'jp-Collapser', 'rt-toc', 'rt-more']
/** Classes of the boxes that our page, Confluence, GitHub, Sphinx and Bootstrap make. */
const CALLOUTS: readonly [RegExp, CalloutKind][] = [
  [/^(rt-callout-note|confluence-information-macro-information|markdown-alert-(note|important)|alert-(info|primary))$/, 'note'],
  [/^(rt-callout-tip|confluence-information-macro-tip|markdown-alert-tip|alert-success)$/, 'tip'],
  [/^(rt-callout-warning|confluence-information-macro-note|markdown-alert-(warning)|alert-warning)$/, 'warning'],
  [/^(rt-callout-danger|confluence-information-macro-warning|markdown-alert-caution|alert-danger)$/, 'danger'],
]
const ADMONITIONS: ReadonlyMap<string, CalloutKind> = new Map(
  Object.entries<CalloutKind>({
    note: 'note',
    hint: 'tip',
    tip: 'tip',
    important: 'note',
    warning: 'warning',
    caution: 'warning',
    danger: 'danger',
    error: 'danger',
  }),
)

class Importer {
  readonly images: ImportedImage[] = []
  private readonly droppings = new Set<string>()
  private readonly budget = { ...BUDGET }
  private readonly shift: 0 | 1

  constructor(private readonly nodes: readonly DomNode[]) {
    this.shift = some(nodes, ({ name }) => name === 'h1') ? 1 : 0
  }

  get dropped(): string[] {
    return [...this.droppings]
  }

  read(): RichNode[] {
    return this.blocks(this.nodes, { marks: [], depth: 0, level: 0 })
  }

  private blocks(nodes: readonly DomNode[], at: Place): RichNode[] {
    const into = new Blocks((node) => this.affords(node))
    this.walk(nodes, into, at)
    return into.done()
  }

  private walk(nodes: readonly DomNode[], into: Blocks, at: Place): void {
    if (at.level > MAX_DOM_DEPTH) {
      this.drop('structure that is nested too deep')
      return into.text(textIn(nodes), at.marks)
    }
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[index]
      if (!node) continue
      if (isText(node)) into.text(node.data, at.marks)
      else if (isElement(node)) {
        const items = wordItems(nodes, index)
        if (items.length > 0) {
          this.wordList(items, into, at)
          index = nodes.indexOf(items.at(-1)?.element ?? node, index)
        } else this.element(node, into, { ...at, level: at.level + 1 })
      } else if (hasChildren(node)) this.walk(node.children, into, { ...at, level: at.level + 1 })
    }
  }

  private element(element: DomElement, into: Blocks, at: Place): void {
    const { name } = element
    if (this.formula(element, into)) return
    if (SILENT.has(name) || CHROME.some((chrome) => hasClass(element, chrome))) return
    if (name === 'input' && element.attribs['type'] === 'checkbox') return
    if (DROPPED.has(name)) return this.drop(name)
    const style = styleOf(element)
    if (style.get('display') === 'none' || style.get('mso-hide') === 'all') return this.drop('hidden content')
    if (/ignore/.test(style.get('mso-list') ?? '')) return
    const inner = { ...at, marks: marksOf(element, style, at.marks) }
    switch (name) {
      case 'br':
        return into.inline({ type: 'hardBreak' })
      case 'hr':
        into.block({ type: 'horizontalRule' })
        return
      case 'img':
        return this.image(element, '', into)
      case 'a':
        return this.link(element, into, inner)
      case 'pre':
        return this.code(element, into)
      case 'ul':
      case 'ol':
      case 'menu':
      case 'dir':
        return this.nests(at) ? this.list(element, into, inner) : this.apart(element, into, inner)
      case 'blockquote':
        return this.container(element.children, into, inner, (content) => ({ type: 'blockquote', content }))
      case 'table':
        return this.nests(at) ? this.table(element, into, inner) : this.apart(element, into, inner)
      case 'figure':
        return this.figure(element, into, inner)
      case 'dt':
      case 'summary':
        return this.apart(element, into, { ...inner, marks: withMark(inner.marks, { type: 'bold' }) })
      default:
        break
    }
    if (HEADINGS.includes(name)) return this.heading(element, into, inner)
    const kind = calloutOf(element)
    if (kind) return this.container(element.children, into, inner, (content) => ({ type: 'callout', attrs: { kind }, content }))
    return BLOCKS.has(name) ? this.apart(element, into, inner) : this.walk(element.children, into, inner)
  }

  private apart(element: DomElement, into: Blocks, at: Place): void {
    into.end()
    this.walk(element.children, into, at)
    into.end()
  }

  private nests({ depth }: Place): boolean {
    return depth < MAX_BLOCK_DEPTH
  }

  private container(children: readonly DomNode[], into: Blocks, at: Place, make: (content: RichNode[]) => RichNode): void {
    into.end()
    const content = this.blocks(children, this.nests(at) ? { ...at, depth: at.depth + 1 } : at)
    if (content.length === 0) return
    if (this.nests(at)) into.made(make(content))
    else for (const node of content) into.made(node)
  }

  private heading(element: DomElement, into: Blocks, at: Place): void {
    const level = Math.min(4, Math.max(2, HEADINGS.indexOf(element.name) + 1 + this.shift))
    const inner = this.blocks(element.children, { ...at, marks: at.marks.filter(({ type }) => type !== 'bold') })
    const content = inner.flatMap((node) => (node.type === 'paragraph' ? childrenOf(node) : []))
    into.end()
    if (content.length > 0) into.made({ type: 'heading', attrs: { level: level === 2 || level === 3 ? level : 4 }, content })
    for (const node of inner) if (node.type !== 'paragraph') into.made(node)
  }

  private link(element: DomElement, into: Blocks, at: Place): void {
    const href = (element.attribs['href'] ?? '').trim()
    if (href === '') return this.walk(element.children, into, at)
    const safe = safeUrl(href) !== null
    if (!safe) this.drop(`link ${href}`)
    this.walk(element.children, into, safe ? { ...at, marks: withMark(at.marks, { type: 'link', attrs: { href } }) } : at)
  }

  private code(element: DomElement, into: Blocks): void {
    const text = clean(textIn(element.children)).replace(/\n+$/, '')
    into.end()
    if (text.trim() === '') return
    into.block({ type: 'codeBlock', attrs: { language: languageOf(element) }, content: [{ type: 'text', text }] })
  }

  private list(element: DomElement, into: Blocks, at: Place): void {
    const items: { content: RichNode[]; checked: boolean | null }[] = []
    for (const child of element.children) {
      const isList = isElement(child) && (child.name === 'ul' || child.name === 'ol')
      const content = this.blocks(isElement(child) && child.name === 'li' ? child.children : [child], { ...at, depth: at.depth + 2 })
      if (content.length === 0) continue
      this.spend()
      // Google Docs puts an inner list beside the item that it belongs to.
      const last = items.at(-1)
      if (isList && last) last.content.push(...content)
      else items.push({ content: beginningWithLine(content), checked: isElement(child) ? checkboxOf(child) : null })
    }
    into.end()
    if (items.length === 0) return
    if (items.every(({ checked }) => checked !== null))
      return into.made({
        type: 'taskList',
        content: items.map(({ content, checked }) => ({ type: 'taskItem', attrs: { checked: checked ?? false }, content })),
      })
    const content: RichNode[] = items.map((item) => ({ type: 'listItem', content: item.content }))
    if (element.name !== 'ol') return into.made({ type: 'bulletList', content })
    into.made({ type: 'orderedList', attrs: { start: wholeNumber(element.attribs['start'], 0, MAX_START, 1) }, content })
  }

  /** Word writes the items of a list as paragraphs, each with its level. */
  private wordList(items: readonly WordItem[], into: Blocks, at: Place): void {
    into.end()
    if (!this.nests(at)) {
      for (const { element } of items) this.apart(element, into, { ...at, level: at.level + 1 })
      return
    }
    const inside = { ...at, depth: at.depth + 2, level: at.level + 1 }
    const level = Math.min(...items.map((item) => item.level))
    const content: RichNode[] = []
    for (let index = 0; index < items.length;) {
      let next = index + 1
      while (next < items.length && (items[next]?.level ?? level) > level) next++
      const inner = new Blocks((node) => this.affords(node))
      this.walk(items[index]?.element.children ?? [], inner, inside)
      if (next > index + 1) this.wordList(items.slice(index + 1, next), inner, inside)
      const made = inner.done()
      this.spend()
      if (made.length > 0) content.push({ type: 'listItem', content: beginningWithLine(made) })
      index = next
    }
    if (content.length === 0) return
    into.made(items[0]?.ordered ? { type: 'orderedList', attrs: { start: 1 }, content } : { type: 'bulletList', content })
  }

  private table(element: DomElement, into: Blocks, at: Place): void {
    into.end()
    for (const child of element.children) if (isElement(child) && child.name === 'caption') this.apart(child, into, at)
    const content: RichNode[] = []
    for (const row of rowsOf(element)) {
      const cells: RichNode[] = []
      for (const cell of row.children)
        if (isElement(cell) && (cell.name === 'td' || cell.name === 'th') && !this.exhausted)
          cells.push(this.cell(cell, { ...at, depth: at.depth + 3 }))
      this.spend()
      if (cells.length > 0) content.push({ type: 'tableRow', content: cells })
    }
    if (content.length > 0) into.made({ type: 'table', content })
  }

  private cell(cell: DomElement, at: Place): RichNode {
    const blocks = this.blocks(cell.children, at)
    const content: RichNode[] = blocks.length > 0 ? blocks : [{ type: 'paragraph' }]
    const attrs = {
      colspan: wholeNumber(cell.attribs['colspan'], 1, MAX_SPAN, 1),
      rowspan: wholeNumber(cell.attribs['rowspan'], 1, MAX_SPAN, 1),
    }
    this.spend()
    return cell.name === 'th' ? { type: 'tableHeader', attrs, content } : { type: 'tableCell', attrs, content }
  }

  /** A picture with its caption; any other figure is what is in it. */
  private figure(element: DomElement, into: Blocks, at: Place): void {
    let image: DomElement | undefined
    let caption: DomElement | undefined
    for (const inner of elementsIn(element.children)) {
      if (['figure', 'table', 'pre'].includes(inner.name) || (inner.name === 'img' && image)) return this.apart(element, into, at)
      if (inner.name === 'img') image = inner
      if (inner.name === 'figcaption') caption = inner
    }
    // What stands beside the picture and its caption must not get lost.
    const beside = textIn(element.children).trim() !== (caption ? textIn(caption.children) : '').trim()
    if (!image || beside) return this.apart(element, into, at)
    this.image(image, caption ? textIn(caption.children) : '', into)
  }

  private image(element: DomElement, caption: string, into: Blocks): void {
    const src = (element.attribs['src'] ?? '').trim()
    const alt = lineOf(element.attribs['alt'] ?? '')
    const bytes = inlineBytes(src)
    const contentType = bytes && imageTypeOf(bytes)
    if (!bytes || !contentType) return src === '' ? undefined : this.drop(`image ${src}`)
    if (bytes.length > MAX_IMAGE_BYTES) return this.drop(`image of ${bytes.length} bytes (at most ${MAX_IMAGE_BYTES})`)
    if (this.images.length >= MAX_IMAGES) return this.drop(`images after the first ${MAX_IMAGES}`)
    const index = this.images.length
    into.end()
    if (!into.block({ type: 'image', attrs: { asset: `#${index}`, alt, width: null, caption: lineOf(caption) } })) return
    this.images.push({ index, contentType, bytes, alt })
  }

  /** Formulas keep their source in what KaTeX, MathJax and wikis write around them. @returns whether it was one */
  private formula(element: DomElement, into: Blocks): boolean {
    const { name } = element
    const script = name === 'script' && /^math\/tex/.test(element.attribs['type'] ?? '')
    if (!script && name !== 'math' && !hasClass(element, 'katex')) return false
    const annotation = [...elementsIn(element.children)].find(
      (inner) => inner.name === 'annotation' && /tex/i.test(inner.attribs['encoding'] ?? ''),
    )
    const latex = clean(
      script ? textIn(element.children) : annotation ? textIn(annotation.children) : (element.attribs['alttext'] ?? ''),
    ).trim()
    if (latex === '' || latex.length > MAX_LATEX) {
      this.drop('formula without its TeX source')
      return true
    }
    if (latexFault(latex) !== null) {
      this.drop('formula that defines commands')
      return true
    }
    const display =
      element.attribs['display'] === 'block' || /mode=display/.test(element.attribs['type'] ?? '') || isDisplay(element.parent)
    if (display) into.block({ type: 'blockMath', attrs: { latex } })
    else into.inline({ type: 'inlineMath', attrs: { latex } })
    return true
  }

  private drop(what: string): void {
    if (this.droppings.size >= MAX_DROPPED) return
    const shown = lineOf(what)
    this.droppings.add(shown.length > 120 ? `${shown.slice(0, 119).toWellFormed()}…` : shown)
  }

  private get exhausted(): boolean {
    return Object.values(this.budget).some((left) => left < 0)
  }

  /** Counts a node around others, with a line that may have to be put into it. */
  private spend(): void {
    this.budget.nodes -= 2
    this.budget.bytes -= 120
  }

  /** Takes what a node costs from what there is; once that is used up, nothing more is taken over. */
  private affords(node: RichNode): boolean {
    const { budget } = this
    const whole = node.type === 'codeBlock' || !('content' in node)
    const written = JSON.stringify(whole ? node : { ...node, content: [] })
    budget.nodes -= node.type === 'codeBlock' ? 2 : 1
    budget.bytes -= Buffer.byteLength(written) + 20
    if (whole) budget.characters -= written.length
    if (node.type === 'inlineMath' || node.type === 'blockMath') {
      budget.formulas -= 1
      budget.latex -= node.attrs.latex.length
    }
    if (this.exhausted) this.drop('everything beyond the size that a text may have')
    return !this.exhausted
  }
}

/** Blocks as they come together: what stands in a line is gathered until a block, or the end, makes a paragraph of it. */
class Blocks {
  private readonly blocks: RichNode[] = []
  private line: InlineNode[] = []

  constructor(private readonly affords: (node: RichNode) => boolean) {}

  text(data: string, marks: readonly RichMark[]): void {
    const text = clean(data).replace(/\s+/g, ' ')
    if (text !== '') this.line.push(marks.length > 0 ? { type: 'text', text, marks: [...marks] } : { type: 'text', text })
  }

  inline(node: InlineNode): void {
    this.line.push(node)
  }

  /** Adds a block if there is still room. @returns whether there was */
  block(node: RichNode): boolean {
    this.end()
    if (!this.affords(node)) return false
    this.blocks.push(node)
    return true
  }

  /** Adds a block whose content was added already. */
  made(node: RichNode): void {
    this.end()
    this.affords(node)
    this.blocks.push(node)
  }

  end(): void {
    const line = tidy(this.line)
    this.line = []
    if (line.length === 0 || !this.affords({ type: 'paragraph', content: [] })) return
    const content = line.filter((node) => this.affords(node))
    if (content.length > 0) this.blocks.push({ type: 'paragraph', content })
  }

  done(): RichNode[] {
    this.end()
    return this.blocks
  }
}

/** A line without empty pieces, double spaces, and spaces and breaks at its ends. */
function tidy(line: readonly InlineNode[]): InlineNode[] {
  const result: InlineNode[] = []
  for (const node of line) {
    const last = result.at(-1)
    if (node.type !== 'text') {
      if (node.type !== 'hardBreak' || last) result.push(node)
      continue
    }
    const text = !last || last.type === 'hardBreak' || (last.type === 'text' && last.text.endsWith(' ')) ? node.text.trimStart() : node.text
    if (text === '') continue
    if (last?.type === 'text' && JSON.stringify(last.marks) === JSON.stringify(node.marks)) last.text += text
    else result.push({ ...node, text })
  }
  for (let last = result.at(-1); last; last = result.at(-1)) {
    if (last.type !== 'text' && last.type !== 'hardBreak') break
    const text = last.type === 'text' ? last.text.trimEnd() : ''
    if (last.type === 'text' && text !== '') {
      last.text = text
      break
    }
    result.pop()
  }
  return result
}

/** What an item of a list may be: TipTap wants a line first. */
function beginningWithLine(content: RichNode[]): RichNode[] {
  const [first, ...rest] = content
  if (first?.type === 'paragraph') return content
  if (first?.type === 'heading') return [{ type: 'paragraph', content: [...childrenOf(first)] }, ...rest]
  return [{ type: 'paragraph' }, ...content]
}

const isElement = (node: object): node is DomElement => 'attribs' in node
const isText = (node: DomNode): node is Extract<DomNode, { nodeType: 3 }> => node.nodeType === 3
const hasChildren = (node: DomNode): node is Extract<DomNode, { children: unknown }> => 'children' in node

/** All elements below, in order; without recursion, since a page may be nested as deep as it likes. */
function* elementsIn(nodes: readonly DomNode[]): Generator<DomElement> {
  const left = nodes.toReversed()
  for (let node = left.pop(); node; node = left.pop()) {
    if (isElement(node)) yield node
    if (hasChildren(node)) for (const child of node.children.toReversed()) left.push(child)
  }
}

function some(nodes: readonly DomNode[], holds: (element: DomElement) => boolean): boolean {
  for (const element of elementsIn(nodes)) if (holds(element)) return true
  return false
}

/** All text below, with the line breaks that are written as elements. */
function textIn(nodes: readonly DomNode[]): string {
  let text = ''
  const left = nodes.toReversed()
  for (let node = left.pop(); node; node = left.pop()) {
    if (isText(node)) text += node.data
    else if (isElement(node) && node.name === 'br') text += '\n'
    else if (hasChildren(node) && !(isElement(node) && SILENT.has(node.name)))
      for (const child of node.children.toReversed()) left.push(child)
  }
  return text
}

const clean = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]/gu, '')
    .toWellFormed()

/** A text for an attribute: one line, no longer than it may be. */
const lineOf = (text: string): string => clean(text).replace(/\s+/g, ' ').trim().slice(0, MAX_CAPTION).toWellFormed()

const classesOf = (element: DomElement): string[] => (element.attribs['class'] ?? '').split(/\s+/)
const hasClass = (element: DomElement, name: string): boolean => classesOf(element).includes(name)

const isDisplay = (parent: DomElement['parent']): boolean =>
  parent !== null && isElement(parent) && (hasClass(parent, 'katex-display') || (parent.name === 'div' && hasClass(parent, 'rt-math')))

function styleOf(element: DomElement): ReadonlyMap<string, string> {
  const declarations = (element.attribs['style'] ?? '').slice(0, 4_000).split(';')
  return new Map(
    declarations.flatMap((declaration) => {
      const colon = declaration.indexOf(':')
      return colon === -1
        ? []
        : [
            [
              declaration.slice(0, colon).trim().toLowerCase(),
              declaration
                .slice(colon + 1)
                .trim()
                .toLowerCase(),
            ] as const,
          ]
    }),
  )
}

/** The marks that an element adds, by its name and by its style: editors write bold as a style, and wrap all in a <b> that is not. */
function marksOf(element: DomElement, style: ReadonlyMap<string, string>, marks: readonly RichMark[]): readonly RichMark[] {
  const isHeading = HEADINGS.includes(element.name)
  const weight = style.get('font-weight') ?? ''
  const slant = style.get('font-style') ?? ''
  const decoration = `${style.get('text-decoration') ?? ''} ${style.get('text-decoration-line') ?? ''}`
  const raised = style.get('vertical-align') ?? ''
  const own = MARKS.get(element.name)
  const undone = (own?.type === 'bold' && /^(normal|lighter|[1-4]00)$/.test(weight)) || (own?.type === 'italic' && slant === 'normal')
  let result = own && !undone ? withMark(marks, own) : marks
  if (/^(bold|bolder|[6-9]00)$/.test(weight) && !isHeading) result = withMark(result, { type: 'bold' })
  if (slant === 'italic' || slant === 'oblique') result = withMark(result, { type: 'italic' })
  if (decoration.includes('underline') && element.name !== 'a') result = withMark(result, { type: 'underline' })
  if (decoration.includes('line-through')) result = withMark(result, { type: 'strike' })
  if (raised === 'super') result = withMark(result, { type: 'superscript' })
  if (raised === 'sub') result = withMark(result, { type: 'subscript' })
  return result
}

const withMark = (marks: readonly RichMark[], mark: RichMark): RichMark[] => [...marks.filter(({ type }) => type !== mark.type), mark]

function calloutOf(element: DomElement): CalloutKind | null {
  const classes = classesOf(element)
  if (classes.includes('admonition')) return classes.map((name) => ADMONITIONS.get(name)).find((kind) => kind !== undefined) ?? 'note'
  return CALLOUTS.find(([pattern]) => classes.some((name) => pattern.test(name)))?.[1] ?? null
}

/** The language of a code block, as highlighters leave it in a class of the block, of what is in it, or of what is around it. */
function languageOf(pre: DomElement): string | null {
  const around = [pre.parent, pre.parent?.parent ?? null].filter((node) => node !== null && isElement(node)).filter(isElement)
  const code = pre.children.filter(isElement).filter(({ name }) => name === 'code')
  const classes = [pre, ...code, ...around].flatMap(classesOf)
  const brush = /brush:\s*([\w#+-]+)/.exec(pre.attribs['data-syntaxhighlighter-params'] ?? '')?.[1]
  const named = classes.map((name) => /^(?:language|lang|highlight-source|hl)-(.+)$/.exec(name)?.[1]).find((name) => name !== undefined)
  const language = (brush ?? named ?? '').replace(/^ipython\d?$/, 'python')
  return LANGUAGE.test(language) ? language : null
}

/** Whether a list item is a task that is done, one that is not, or no task. */
function checkboxOf(item: DomElement): boolean | null {
  if (item.attribs['role'] === 'checkbox') return item.attribs['aria-checked'] === 'true'
  for (const element of elementsIn(item.children)) {
    if (element.name === 'ul' || element.name === 'ol') return null
    if (element.name === 'input' && element.attribs['type'] === 'checkbox') return Object.hasOwn(element.attribs, 'checked')
  }
  return null
}

function rowsOf(table: DomElement): DomElement[] {
  return table.children.filter(isElement).flatMap((child) => {
    if (child.name === 'tr') return [child]
    return ['thead', 'tbody', 'tfoot'].includes(child.name) ? child.children.filter(isElement).filter(({ name }) => name === 'tr') : []
  })
}

interface WordItem {
  element: DomElement
  level: number
  ordered: boolean
}

/** The items of the list of Word that begins here; none when none does. */
function wordItems(nodes: readonly DomNode[], from: number): WordItem[] {
  const items: WordItem[] = []
  for (let index = from; index < nodes.length; index++) {
    const node = nodes[index]
    if (!node || (isText(node) && node.data.trim() === '') || (!isText(node) && !isElement(node))) continue
    const item = isElement(node) ? wordItem(node) : null
    if (!item) break
    items.push(item)
  }
  return items
}

function wordItem(element: DomElement): WordItem | null {
  if (element.name !== 'p') return null
  const level = /level(\d)/.exec(styleOf(element).get('mso-list') ?? '')?.[1]
  if (level === undefined) return null
  const marker = [...elementsIn(element.children)].find((inner) => /ignore/.test(styleOf(inner).get('mso-list') ?? ''))
  return { element, level: Number(level), ordered: marker !== undefined && /^\s*\(?[0-9a-z]{1,5}[.)]/i.test(textIn(marker.children)) }
}

function wholeNumber(text: string | undefined, min: number, max: number, otherwise: number): number {
  const value = /^\s*\d{1,9}\s*$/.test(text ?? '') ? Number(text) : otherwise
  return Math.min(max, Math.max(min, value))
}

/** The bytes of a `data:` address in base64; null for any other. */
function inlineBytes(src: string): Buffer | null {
  const head = /^data:[^,]{0,200};base64,/i.exec(src)?.[0]
  return head === undefined ? null : Buffer.from(src.slice(head.length), 'base64')
}
