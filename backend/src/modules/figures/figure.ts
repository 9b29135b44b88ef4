import { DomainError } from '../../common/problem/domain-error.js'
import { canonicalJson, sha256 } from '../../common/canonical-json.js'
import { checkChart } from '../richtext/chart.js'
import { Findings } from '../richtext/findings.js'
import type { ChartSpec } from '../richtext/rich-text.js'

/** The most figures of a project. */
export const MAX_FIGURES = 200
/** The most that one may have as JSON, in bytes. */
export const MAX_FIGURE_BYTES = 2 ** 20
export const MAX_FIGURE_TITLE = 200
export const MAX_FIGURE_SUMMARY = 2_000

/** What a figure is called in its address: one that a script can make of anything. */
const NAME = /^[a-z0-9][a-z0-9._-]{0,62}$/

/** What was pushed under a name, without what is drawn. */
export interface Figure {
  id: string
  projectId: string
  name: string
  title: string
  /** What it shows, for those who do not see it; may be empty. */
  summary: string
  /** SHA-256 of the canonical JSON of what is drawn. */
  hash: string
  points: number
  /** Of what is drawn, as JSON. */
  bytes: number
  /** Raised by each push that changes something. */
  revision: number
  createdAt: Date
  updatedAt: Date
  /** The id of who pushed last. */
  updatedBy: string
}

/** What a push says; `frames` and `config` only as the empty ones that plotly.py may write. */
export interface PushedFigure {
  data: unknown
  layout?: unknown
  frames?: unknown
  config?: unknown
  title?: string
  summary?: string
}

/** What a push stores. */
export interface FigureContent extends Pick<Figure, 'title' | 'summary' | 'hash' | 'points' | 'bytes'> {
  spec: ChartSpec
}

/**
 * What was pushed, checked by the rules of a chart in a text. Pure.
 * @throws DomainError `figure-invalid` with the path of each mistake
 */
export function figureOf(name: string, { data, layout = {}, frames, config, title, summary = '' }: PushedFigure): FigureContent {
  const findings = new Findings()
  if (!NAME.test(name))
    findings.add('name', 'must be 1 to 63 small letters, digits, dots, hyphens or underscores, and begin with a letter or digit')
  if (!isEmpty(frames)) findings.add('frames', 'must be empty: an animation is not drawn, push one of its states')
  if (!isEmpty(config)) findings.add('config', 'must be empty: the page decides how a chart is handled')
  const chart = checkChart({ data, layout }, '', findings)
  if (findings.errors.length > 0 || !chart) throw new DomainError('figure-invalid', {}, { errors: findings.errors })
  const { spec, points } = chart
  // Last, since only what is known to be shallow can be written safely.
  const bytes = Buffer.byteLength(JSON.stringify(spec))
  if (bytes > MAX_FIGURE_BYTES) throw tooLarge(bytes)
  return { title: title ?? titleOf(spec, name), summary, hash: sha256(canonicalJson(spec)), points, bytes, spec }
}

/** Whether two pushes show and say the same. */
export const isSameFigure = (a: Pick<Figure, 'hash' | 'title' | 'summary'>, b: Pick<Figure, 'hash' | 'title' | 'summary'>): boolean =>
  a.hash === b.hash && a.title === b.title && a.summary === b.summary

const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

const tooLarge = (bytes: number): DomainError => {
  const message = `has ${bytes} bytes as JSON of ${MAX_FIGURE_BYTES} that fit: draw fewer points`
  return new DomainError('figure-invalid', {}, { errors: [{ path: 'data', message }] })
}

/** The title that is drawn, without what sets it; else the name. Plotly takes `title: 'x'` and `title: {text: 'x'}`. */
function titleOf({ layout }: ChartSpec, name: string): string {
  const given = layout['title']
  const text = typeof given === 'object' && given !== null && 'text' in given ? given.text : given
  if (typeof text !== 'string') return name
  const plain = text
    .replace(/<br\s*\/?>/gi, ' ')
    .replace(/<\/?(?:b|i|sub|sup|extra)\s*\/?>/gi, '')
    .replace(/\s+/g, ' ')
    .trim()
  return plain === '' ? name : [...plain].slice(0, MAX_FIGURE_TITLE).join('')
}
