import { specOf, type ChartSpec } from '../../plugins/tiptap-charts/figure'

/** What the panel of a chart changes. */
export interface ChartValues {
  title: string
  summary: string
  /** Pixels. */
  height: number
  spec: ChartSpec
}

/** The values of a chart in a text; a new one has none yet. */
export function chartOf(attrs: Readonly<Record<string, unknown>>): ChartValues {
  const { title, summary, height, spec } = attrs
  return {
    title: typeof title === 'string' ? title : '',
    summary: typeof summary === 'string' ? summary : '',
    height: typeof height === 'number' ? height : 360,
    spec: specOf(spec),
  }
}
