import { chartKinds, chartTable } from './chart-table.js'
import { escapeHtml, tag } from './html.js'
import { renderMath } from './math.js'
import { headingsOf, ID_PREFIX, outlineOf, type OutlineEntry } from './outline.js'
import {
  childrenOf,
  textOf,
  type CalloutKind,
  type ChartAttrs,
  type InlineNode,
  type NodeOf,
  type RichMark,
  type RichNode,
  type RichText,
} from './rich-text.js'
import { MARKS } from './schema.js'
import { safeUrl } from './safe-url.js'

/** A stored file as the page gets it. `url` may be a `data:` address of a picture, video or captions, for a page that stands alone. */
export interface RenderedAsset {
  url: string
  width?: number | null
  height?: number | null
  contentType: string
}

/** What is written where the text itself says nothing; in the reader's language. */
export interface RenderLabels {
  contents: string
  footnotes: string
  footnote: string
  back: string
  table: string
  done: string
  open: string
  data: string
  /** Names the column that says which of several series a row is of. */
  series: string
  firstRows: string
  openApp: string
  missingImage: string
  missingVideo: string
  missingApp: string
  captions: string
  callout: Readonly<Record<CalloutKind, string>>
}

export interface RenderOptions {
  asset(id: string): RenderedAsset | null
  app(id: string): { name: string; url: string } | null
  /** `placeholder`: the page draws them, their data are folded away; `table`: nothing will, their data are shown. */
  charts: 'placeholder' | 'table'
  /** A chart as markup that stands before its data as it is, for a page where nothing draws; empty for none. It must escape what it says. */
  drawing?: (chart: ChartAttrs) => string
  /** What ids begin with, for pages that show several texts. */
  idPrefix?: string
  labels?: Partial<RenderLabels>
}

/** The words in English. */
export const LABELS: RenderLabels = {
  contents: 'Contents',
  footnotes: 'Footnotes',
  footnote: 'Footnote',
  back: 'Back to the text',
  table: 'Table',
  done: 'Done',
  open: 'Not done',
  data: 'Data',
  series: 'series',
  firstRows: 'The first rows of the data.',
  openApp: 'Open the app',
  missingImage: 'This image is not available.',
  missingVideo: 'This video is not available.',
  missingApp: 'This app is not available.',
  captions: 'Captions',
  callout: { note: 'Note', tip: 'Tip', warning: 'Warning', danger: 'Danger' },
}

const CHART_ROWS = 20

/**
 * The HTML of a text that `validateRichText` accepted: elements and attributes of a fixed list, every text escaped, no script, no frame, and no address that
 * `safeUrl` or `assetUrl` did not pass. It may stand in any page as it is.
 */
export const renderHtml = (doc: RichText, options: RenderOptions): string => new Renderer(doc, options).html()

class Renderer {
  private readonly labels: RenderLabels
  private readonly prefix: string
  private readonly outline: readonly OutlineEntry[]
  private readonly ids: ReadonlyMap<RichNode, string>
  private readonly notes: string[] = []
  private readonly formulas = new Map<string, string>()

  constructor(
    private readonly doc: RichText,
    private readonly options: RenderOptions,
  ) {
    this.labels = { ...LABELS, ...options.labels }
    this.prefix = options.idPrefix ?? ID_PREFIX
    this.outline = outlineOf(doc, this.prefix)
    this.ids = new Map(headingsOf(doc).map((heading, index) => [heading, this.outline[index]?.id ?? '']))
  }

  html(): string {
    // What the editor leaves at the end to write on is no part of what is read.
    const text = this.all(this.doc.content.slice(0, this.doc.content.findLastIndex((node) => !isBlank(node)) + 1))
    return text + this.footnotes()
  }

  private all(nodes: readonly RichNode[]): string {
    return nodes.map((node) => this.block(node)).join('')
  }

  private block(node: RichNode): string {
    switch (node.type) {
      case 'paragraph':
        return tag('p', {}, this.line(node))
      case 'heading':
        return tag(HEADINGS[node.attrs.level], { id: this.ids.get(node) ?? null }, this.line(node))
      case 'bulletList':
        return tag('ul', {}, this.inside(node))
      case 'orderedList':
        return tag(
          'ol',
          { start: node.attrs?.start === 1 ? null : (node.attrs?.start ?? null), type: node.attrs?.type ?? null },
          this.inside(node),
        )
      case 'listItem':
        return tag('li', {}, this.inside(node))
      case 'taskList':
        return tag('ul', { class: 'rt-tasks' }, this.inside(node))
      case 'taskItem':
        return this.task(node)
      case 'blockquote':
        return tag('blockquote', {}, this.inside(node))
      case 'callout':
        return tag(
          'aside',
          { class: `rt-callout rt-callout-${node.attrs.kind}`, role: 'note', 'aria-label': this.labels.callout[node.attrs.kind] },
          this.inside(node),
        )
      case 'codeBlock':
        return this.code(node)
      case 'horizontalRule':
        return tag('hr')
      case 'table':
        return this.table(node)
      case 'image':
        return this.image(node)
      case 'video':
        return this.video(node)
      case 'blockMath':
        return tag('div', { class: 'rt-math' }, this.math(node.attrs.latex, true))
      case 'chart':
        return this.chart(node)
      case 'appEmbed':
        return this.app(node)
      case 'tableOfContents':
        return this.contents()
      default:
        // Parts of a line stand in lines, rows and cells in tables: nothing else is left.
        return ''
    }
  }

  private inside(node: RichNode): string {
    return this.all(childrenOf(node))
  }

  private line(node: RichNode): string {
    return this.marked(childrenOf(node).filter(isInline), 0)
  }

  /** Neighbours that share a mark are put into one element, from the outermost kind of mark to the innermost. */
  private marked(nodes: readonly InlineNode[], level: number): string {
    const type = MARK_ORDER[level]
    if (type === undefined) return nodes.map((node) => this.piece(node)).join('')
    let html = ''
    for (let from = 0; from < nodes.length;) {
      const mark = markOf(nodes[from], type)
      let to = from + 1
      while (to < nodes.length && sameMark(markOf(nodes[to], type), mark)) to++
      const inner = this.marked(nodes.slice(from, to), level + 1)
      html += mark ? withMark(mark, inner) : inner
      from = to
    }
    return html
  }

  private piece(node: InlineNode): string {
    switch (node.type) {
      case 'text':
        return escapeHtml(node.text)
      case 'hardBreak':
        return tag('br')
      case 'inlineMath':
        return tag('span', { class: 'rt-math' }, this.math(node.attrs.latex, false))
      case 'footnote':
        return this.footnote(node.attrs.text)
    }
  }

  private math(latex: string, display: boolean): string {
    const key = `${display ? 'd' : 'i'}${latex}`
    const known = this.formulas.get(key)
    if (known !== undefined) return known
    const html = renderMath(latex, display)
    this.formulas.set(key, html)
    return html
  }

  private footnote(text: string): string {
    const number = this.notes.push(text)
    const link = tag(
      'a',
      { href: `#${this.prefix}fn-${number}`, role: 'doc-noteref', 'aria-label': `${this.labels.footnote} ${number}` },
      String(number),
    )
    return tag('sup', { class: 'rt-footnote', id: `${this.prefix}fnref-${number}` }, link)
  }

  private footnotes(): string {
    if (this.notes.length === 0) return ''
    const items = this.notes.map((text, index) => {
      const back = tag(
        'a',
        {
          href: `#${this.prefix}fnref-${index + 1}`,
          role: 'doc-backlink',
          'aria-label': `${this.labels.back}: ${this.labels.footnote} ${index + 1}`,
        },
        '↩',
      )
      return tag('li', { id: `${this.prefix}fn-${index + 1}` }, tag('p', {}, `${lines(text)} ${back}`))
    })
    return tag(
      'section',
      { class: 'rt-footnotes', role: 'doc-endnotes', 'aria-label': this.labels.footnotes },
      tag('ol', {}, items.join('')),
    )
  }

  private contents(): string {
    if (this.outline.length === 0) return ''
    const items = this.outline.map(({ id, level, text }) =>
      tag('li', { class: `rt-toc-${level}` }, tag('a', { href: `#${encodeURIComponent(id)}` }, escapeHtml(text))),
    )
    return tag('nav', { class: 'rt-toc', 'aria-label': this.labels.contents }, tag('ol', {}, items.join('')))
  }

  private task(node: NodeOf<'taskItem'>): string {
    const { checked } = node.attrs
    const box = tag('input', { type: 'checkbox', disabled: true, checked, 'aria-label': checked ? this.labels.done : this.labels.open })
    return tag('li', { class: 'rt-task' }, box + tag('div', {}, this.inside(node)))
  }

  private code(node: NodeOf<'codeBlock'>): string {
    const language = node.attrs?.language
    return tag('pre', { tabindex: 0 }, tag('code', { class: language ? `language-${language}` : null }, escapeHtml(textOf(node))))
  }

  private table(node: NodeOf<'table'>): string {
    const rows = node.content
    const body = rows.findIndex((row) => !isHeaderRow(row))
    const head = body === -1 ? rows.length : body
    const html =
      (head > 0 ? tag('thead', {}, this.rows(rows.slice(0, head), 'col')) : '') +
      (head < rows.length ? tag('tbody', {}, this.rows(rows.slice(head), 'row')) : '')
    // What is wider than the page is scrolled in its frame, with the keyboard too.
    return tag('div', { class: 'rt-table', role: 'region', tabindex: 0, 'aria-label': this.labels.table }, tag('table', {}, html))
  }

  private rows(rows: readonly RichNode[], scope: 'col' | 'row'): string {
    return rows
      .map((row) =>
        tag(
          'tr',
          {},
          childrenOf(row)
            .map((cell) => this.cell(cell, scope))
            .join(''),
        ),
      )
      .join('')
  }

  private cell(cell: RichNode, scope: 'col' | 'row'): string {
    if (cell.type !== 'tableCell' && cell.type !== 'tableHeader') return ''
    const { colspan = 1, rowspan = 1, align = null } = cell.attrs ?? {}
    const attributes = {
      scope: cell.type === 'tableHeader' ? scope : null,
      colspan: colspan === 1 ? null : colspan,
      rowspan: rowspan === 1 ? null : rowspan,
      style: align === null ? null : `text-align:${align}`,
    }
    return tag(cell.type === 'tableHeader' ? 'th' : 'td', attributes, this.inside(cell))
  }

  private image({ attrs }: NodeOf<'image'>): string {
    const alt = attrs.alt ?? ''
    const asset = this.asset(attrs.asset, 'image/')
    const shown = asset
      ? tag('img', {
          src: asset.url,
          alt,
          width: asset.width ?? null,
          height: asset.height ?? null,
          loading: 'lazy',
          decoding: 'async',
          style: attrs.width ? `width:${attrs.width}%` : null,
        })
      : tag('p', { class: 'rt-missing' }, escapeHtml([this.labels.missingImage, alt].filter((text) => text !== '').join(' ')))
    return tag('figure', { class: 'rt-image' }, shown + caption(attrs.caption))
  }

  private video({ attrs }: NodeOf<'video'>): string {
    const asset = this.asset(attrs.asset, 'video/')
    const captions = attrs.captions ? this.asset(attrs.captions, 'text/vtt') : null
    const track = captions ? tag('track', { kind: 'captions', src: captions.url, label: this.labels.captions, default: true }) : ''
    const shown = asset
      ? tag(
          'video',
          {
            src: asset.url,
            controls: true,
            preload: 'metadata',
            width: asset.width ?? null,
            height: asset.height ?? null,
            'aria-label': attrs.title || null,
          },
          track,
        )
      : tag('p', { class: 'rt-missing' }, escapeHtml(this.labels.missingVideo))
    return tag('figure', { class: 'rt-video' }, shown + caption(attrs.title))
  }

  /** The file if it is there and of the kind; a picture that can carry script is not one. */
  private asset(id: string, kind: 'image/' | 'video/' | 'text/vtt'): RenderedAsset | null {
    const asset = this.options.asset(id)
    if (!asset || !asset.contentType.startsWith(kind) || asset.contentType.includes('svg')) return null
    const url = assetUrl(asset.url)
    return url === null ? null : { ...asset, url }
  }

  private chart({ attrs }: NodeOf<'chart'>): string {
    const { columns, rows, more } = chartTable(attrs.spec, CHART_ROWS, this.labels.series)
    const row = (cells: readonly string[]): string => tag('tr', {}, cells.map((cell) => tag('td', {}, escapeHtml(cell))).join(''))
    const head = tag('tr', {}, columns.map((column) => tag('th', { scope: 'col' }, escapeHtml(column))).join(''))
    const table =
      rows.length === 0
        ? ''
        : tag(
            'div',
            { class: 'rt-table', role: 'region', tabindex: 0, 'aria-label': this.labels.data },
            tag('table', {}, tag('thead', {}, head) + tag('tbody', {}, rows.map(row).join(''))),
          ) + (more ? tag('p', { class: 'rt-more' }, escapeHtml(this.labels.firstRows)) : '')
    const data =
      table !== '' && this.options.charts === 'placeholder'
        ? tag('details', {}, tag('summary', {}, escapeHtml(this.labels.data)) + table)
        : table
    const said = attrs.summary ? lines(attrs.summary) : escapeHtml(chartKinds(attrs.spec))
    return tag(
      'figure',
      { class: 'rt-chart', 'data-chart': attrs.id },
      caption(attrs.title) + tag('p', {}, said) + (this.options.drawing?.(attrs) ?? '') + data,
    )
  }

  private app({ attrs }: NodeOf<'appEmbed'>): string {
    const app = this.options.app(attrs.engine)
    const url = app ? safeUrl(app.url) : null
    const shown =
      app && url !== null
        ? tag(
            'p',
            {},
            tag('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, escapeHtml(`${this.labels.openApp}: ${app.name}`)),
          )
        : tag('p', { class: 'rt-missing' }, escapeHtml(this.labels.missingApp))
    return tag('figure', { class: 'rt-app', 'data-app': attrs.engine }, shown)
  }
}

const HEADINGS = { 2: 'h2', 3: 'h3', 4: 'h4' } as const
const MARK_ELEMENTS = {
  bold: 'strong',
  italic: 'em',
  underline: 'u',
  strike: 'del',
  highlight: 'mark',
  subscript: 'sub',
  superscript: 'sup',
  code: 'code',
} as const
const MARK_ORDER = Object.keys(MARKS)

const INLINE = new Set<RichNode['type']>(['text', 'hardBreak', 'inlineMath', 'footnote'])
const isInline = (node: RichNode): node is InlineNode => INLINE.has(node.type)
const isHeaderRow = (row: RichNode): boolean => childrenOf(row).length > 0 && childrenOf(row).every(({ type }) => type === 'tableHeader')

/** A footnote is a link itself, and a link in a link is none. */
const markOf = (node: InlineNode | undefined, type: string): RichMark | undefined =>
  node?.type === 'footnote' && type === 'link' ? undefined : node?.marks?.find((mark) => mark.type === type)

const sameMark = (a: RichMark | undefined, b: RichMark | undefined): boolean =>
  a?.type === b?.type && (a?.type !== 'link' || (b?.type === 'link' && a.attrs.href === b.attrs.href))

function withMark(mark: RichMark, inner: string): string {
  if (mark.type !== 'link') return tag(MARK_ELEMENTS[mark.type], {}, inner)
  const url = safeUrl(mark.attrs.href)
  if (url === null) return inner
  const outside = /^https?:/.test(url) ? ({ target: '_blank', rel: 'noopener noreferrer nofollow ugc' } as const) : {}
  return tag('a', { href: url, ...outside }, inner)
}

/** A line with nothing on it. */
const isBlank = (node: RichNode): boolean => node.type === 'paragraph' && (node.content ?? []).length === 0

/** A text that may have line breaks. */
const lines = (text: string): string => text.split(/\r?\n/).map(escapeHtml).join(tag('br'))

const caption = (text: string | null | undefined): string => (text ? tag('figcaption', {}, lines(text)) : '')

const INLINED = /^data:(?:image\/(?:png|jpeg|gif|webp|avif)|video\/(?:mp4|webm)|text\/vtt);base64,[A-Za-z0-9+/]*={0,2}$/

/** Where a file may come from: an address like those of links, or itself, in one of the formats that are stored. */
function assetUrl(url: string): string | null {
  if (url.startsWith('data:')) return INLINED.test(url) ? url : null
  return /^mailto:|^#/i.test(url) ? null : safeUrl(url)
}
