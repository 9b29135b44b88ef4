import { isId } from '../../common/ids.js'
import { checkChart } from './chart.js'
import { latexFault, MAX_LATEX } from './latex.js'
import { plainObject, textFault, within, shownKey, type Findings } from './findings.js'
import type { RichMark, RichNode } from './rich-text.js'
import { safeUrl } from './safe-url.js'

/** How much may be in a text. */
export interface RichTextLimits {
  /** Nodes below each other. */
  depth: number
  nodes: number
  /** Characters in lines, captions, formulas, notes … together. */
  characters: number
  /** Bytes as JSON. */
  bytes: number
  formulas: number
  /** Characters of LaTeX together; each costs far more to set than one of text. */
  latex: number
  charts: number
  /** Whether an image may stand for one that was imported and is not stored yet (`#0`, `#1` …). */
  pendingAssets: boolean
}

export const RICH_TEXT_LIMITS: RichTextLimits = {
  depth: 20,
  nodes: 20_000,
  characters: 500_000,
  bytes: 2 * 2 ** 20,
  formulas: 1_000,
  latex: 30_000,
  charts: 100,
  pendingAssets: false,
}

/** What a check may need beside the value. */
export interface CheckContext {
  findings: Findings
  pendingAssets: boolean
}

/** Finds fault with the value at the path, or says nothing. */
type Check = (value: unknown, path: string, context: CheckContext) => void

interface AttrRule {
  check: Check
  /** Whether it may be left out. */
  optional: boolean
}

interface ContentRule {
  /** What may be in it: all blocks, all parts of a line, or these. */
  of: 'block' | 'inline' | readonly RichNode['type'][]
  /** How many there have to be. */
  least: 0 | 1
  /** What has to come first. */
  first?: RichNode['type']
  /** Whether text in it carries no marks. */
  plain?: boolean
}

interface NodeRule {
  /** Where it may stand: anywhere a block may, in a line, or only where it is named. */
  group: 'block' | 'inline' | 'part'
  attrs: Readonly<Record<string, AttrRule>>
  /** Null when nothing may be in it. */
  content: ContentRule | null
}

/** A language's name, as highlighters have it: it becomes part of a class. */
export const LANGUAGE = /^[A-Za-z0-9][A-Za-z0-9+#._-]{0,31}$/
export const MAX_CAPTION = 2_000
export const MAX_SPAN = 100
export const MAX_START = 1_000_000

const required = (check: Check): AttrRule => ({ check, optional: false })
const optional = (check: Check): AttrRule => ({ check, optional: true })

const orNull =
  (check: Check): Check =>
  (value, path, context) => {
    if (value !== null) check(value, path, context)
  }

/** A check of a value by itself, that knows what to say. */
const must =
  (holds: (value: unknown) => boolean, message: string): Check =>
  (value, path, { findings }) => {
    if (!holds(value)) findings.add(path, message)
  }

const oneOf = (...values: readonly (string | number | null)[]): Check =>
  must((value) => values.some((allowed) => allowed === value), `must be one of: ${values.join(', ')}`)

const whole = (min: number, max: number): Check =>
  must(
    (value) => typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max,
    `must be a whole number from ${min} to ${max}`,
  )

const between = (min: number, max: number): Check =>
  must((value) => typeof value === 'number' && value >= min && value <= max, `must be a number from ${min} to ${max}`)

const yesNo = must((value) => typeof value === 'boolean', 'must be true or false')

const text =
  (max: number, lines = false): Check =>
  (value, path, { findings }) => {
    const fault = textFault(value, { max, lines })
    if (fault) findings.add(path, fault)
  }

const engine = must((value) => typeof value === 'string' && isId(value), 'must be the id of an app')

const asset: Check = (value, path, { findings, pendingAssets }) => {
  if (typeof value === 'string' && (isId(value) || (pendingAssets && /^#\d{1,4}$/.test(value)))) return
  findings.add(path, 'must be the id of an asset of this project: upload the file first, an address is not accepted')
}

const href = must(
  (value) => typeof value === 'string' && safeUrl(value) !== null,
  'must begin with https://, http://, mailto:, / or #, and have no spaces or hidden characters (write them percent-encoded)',
)

const widths: Check = (value, path, context) => {
  if (!Array.isArray(value) || value.length > MAX_SPAN)
    return context.findings.add(path, `must be a list of at most ${MAX_SPAN} widths, or null`)
  for (const [index, width] of value.entries()) orNull(whole(0, 10_000))(width, `${path}[${index}]`, context)
}

const source: Check = (value, path, context) => {
  const { findings } = context
  const given = plainObject(value, path, findings)
  if (!given) return
  if (given['kind'] !== 'inline' && given['kind'] !== 'figure') return findings.add(`${path}.kind`, 'must be one of: inline, figure')
  const fields = given['kind'] === 'figure' ? figureSource : {}
  for (const key of Object.keys(given))
    if (key !== 'kind' && !Object.hasOwn(fields, key)) findings.add(within(path, shownKey(key)), 'is unknown here: remove it')
  for (const [name, check] of Object.entries(fields)) check(given[name], `${path}.${name}`, context)
}

// As toISOString writes it; years of four digits.
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/
const isTime = (value: unknown): boolean => typeof value === 'string' && TIME.test(value) && !Number.isNaN(Date.parse(value))

const figureSource: Readonly<Record<string, Check>> = {
  figure: must((value) => typeof value === 'string' && isId(value), 'must be the id of a figure of this project'),
  hash: must(
    (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
    'must be the hash of the figure as it was taken: 64 hexadecimal digits',
  ),
  takenAt: must(isTime, 'must be a time in UTC, as 2026-03-01T12:00:00.000Z'),
}

const cellAttrs = {
  colspan: optional(whole(1, MAX_SPAN)),
  rowspan: optional(whole(1, MAX_SPAN)),
  colwidth: optional(orNull(widths)),
  align: optional(oneOf('left', 'center', 'right', null)),
}
const formula: Check = (value, path, { findings }) => {
  const fault = textFault(value, { max: MAX_LATEX, lines: true }) ?? (typeof value === 'string' ? latexFault(value) : null)
  if (fault) findings.add(path, fault)
}
const latex = { latex: required(formula) }
const caption = optional(orNull(text(MAX_CAPTION, true)))

const line: ContentRule = { of: 'inline', least: 0 }
const blocks: ContentRule = { of: 'block', least: 1 }
// TipTap's: what is ticked or counted is a line, with whatever belongs to it below.
const item: ContentRule = { of: 'block', least: 1, first: 'paragraph' }

const block = (content: ContentRule | null, attrs: NodeRule['attrs'] = {}): NodeRule => ({ group: 'block', attrs, content })
const inline = (attrs: NodeRule['attrs'] = {}): NodeRule => ({ group: 'inline', attrs, content: null })
const part = (content: ContentRule, attrs: NodeRule['attrs'] = {}): NodeRule => ({ group: 'part', attrs, content })

/** Every node there is, where it may stand, and what may be in it. `text` has its characters beside. */
export const NODES = {
  paragraph: block(line),
  heading: block(line, { level: required(oneOf(2, 3, 4)) }),
  bulletList: block({ of: ['listItem'], least: 1 }),
  orderedList: block(
    { of: ['listItem'], least: 1 },
    { start: optional(whole(0, MAX_START)), type: optional(oneOf(null, '1', 'a', 'A', 'i', 'I')) },
  ),
  listItem: part(item),
  taskList: block({ of: ['taskItem'], least: 1 }),
  taskItem: part(item, { checked: required(yesNo) }),
  blockquote: block(blocks),
  callout: block(blocks, { kind: required(oneOf('note', 'tip', 'warning', 'danger')) }),
  codeBlock: block(
    { of: ['text'], least: 0, plain: true },
    {
      language: optional(
        orNull(
          must(
            (value) => typeof value === 'string' && LANGUAGE.test(value),
            'must be the name of a language (letters, digits, + # . _ -), or null',
          ),
        ),
      ),
    },
  ),
  horizontalRule: block(null),
  table: block({ of: ['tableRow'], least: 1 }),
  tableRow: part({ of: ['tableHeader', 'tableCell'], least: 0 }),
  tableHeader: part(blocks, cellAttrs),
  tableCell: part(blocks, cellAttrs),
  image: block(null, {
    asset: required(asset),
    alt: optional(orNull(text(MAX_CAPTION, true))),
    width: optional(orNull(between(20, 100))),
    caption,
  }),
  video: block(null, { asset: required(asset), captions: optional(orNull(asset)), title: caption }),
  blockMath: block(null, latex),
  chart: block(null, {
    id: required(
      must(
        (value) => typeof value === 'string' && /^[A-Za-z0-9_-]{1,64}$/.test(value),
        'must be 1 to 64 letters, digits, hyphens or underscores',
      ),
    ),
    title: caption,
    summary: optional(orNull(text(10_000, true))),
    height: optional(whole(100, 2_000)),
    spec: required((value, path, { findings }) => void checkChart(value, path, findings)),
    source: required(source),
  }),
  appEmbed: block(null, { engine: required(engine), height: optional(whole(100, 2_000)) }),
  tableOfContents: block(null),
  text: inline(),
  hardBreak: inline(),
  inlineMath: inline(latex),
  footnote: inline({ text: required(text(MAX_CAPTION, true)) }),
} as const satisfies Record<RichNode['type'], NodeRule>

const plain: Readonly<Record<string, AttrRule>> = {}

/** Every mark there is, from the outermost to the innermost in HTML. */
export const MARKS = {
  link: { href: required(href) },
  bold: plain,
  italic: plain,
  underline: plain,
  strike: plain,
  highlight: plain,
  subscript: plain,
  superscript: plain,
  code: plain,
} as const satisfies Record<RichMark['type'], Readonly<Record<string, AttrRule>>>

/** The rule of a kind of node, or null when there is no such kind. */
export const nodeRule = (type: unknown): NodeRule | null => (isNodeType(type) ? NODES[type] : null)

/** The attributes of a kind of mark, or null when there is no such kind. */
export const markRule = (type: unknown): Readonly<Record<string, AttrRule>> | null => (isMarkType(type) ? MARKS[type] : null)

/** Whether a rule admits a kind of node. */
export const admits = ({ of }: ContentRule, type: RichNode['type']): boolean =>
  typeof of === 'string' ? NODES[type].group === of : of.includes(type)

export const isNodeType = (type: unknown): type is RichNode['type'] => typeof type === 'string' && Object.hasOwn(NODES, type)
const isMarkType = (type: unknown): type is RichMark['type'] => typeof type === 'string' && Object.hasOwn(MARKS, type)
