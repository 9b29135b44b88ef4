import { specOf, type ChartSpec } from '../../plugins/tiptap-charts/figure'

/** Where the numbers of a chart are from: its own, or a figure of the project as it was at that time. */
export type ChartSource = { kind: 'inline' } | FigureSource

export interface FigureSource {
  kind: 'figure'
  /** The id of the figure. */
  figure: string
  /** The hash of the figure when the chart was taken from it. */
  hash: string
  /** ISO 8601. */
  takenAt: string
}

/** What the panel of a chart changes. */
export interface ChartValues {
  title: string
  summary: string
  /** Pixels. */
  height: number
  /** What is drawn; of a figure, what it was when it was taken. */
  spec: ChartSpec
  source: ChartSource
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function sourceOf(value: unknown): ChartSource {
  if (!isRecord(value) || value['kind'] !== 'figure') return { kind: 'inline' }
  const { figure, hash, takenAt } = value
  if (typeof figure !== 'string' || typeof hash !== 'string' || typeof takenAt !== 'string') return { kind: 'inline' }
  return { kind: 'figure', figure, hash, takenAt }
}

/** The values of a chart in a text; a new one has none yet. */
export function chartOf(attrs: Readonly<Record<string, unknown>>): ChartValues {
  const { title, summary, height, spec, source } = attrs
  return {
    title: typeof title === 'string' ? title : '',
    summary: typeof summary === 'string' ? summary : '',
    height: typeof height === 'number' ? height : 360,
    spec: specOf(spec),
    source: sourceOf(source),
  }
}

/** A figure as a text keeps it: what it draws now, and which one it is. */
export function taken({ figure, spec, hash }: { figure: string; spec: ChartSpec; hash: string }): {
  spec: ChartSpec
  source: FigureSource
} {
  return { spec, source: { kind: 'figure', figure, hash, takenAt: new Date().toISOString() } }
}
