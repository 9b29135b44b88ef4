import type { Column } from './columns'
import { listOf, packed, titleIn, type ChartSpec } from './figure'

/** The kinds of charts that the form makes; the rest is for JSON. */
export const formKinds = ['line', 'scatter', 'area', 'bar', 'histogram', 'box', 'violin', 'pie', 'heatmap'] as const
export type FormKind = (typeof formKinds)[number]

export interface ChartForm {
  kind: FormKind
  /** Name of the column along the horizontal axis, or of the labels; empty for the row numbers. */
  x: string
  /** Names of the columns that are drawn. */
  y: string[]
  xTitle: string
  yTitle: string
  xLog: boolean
  yLog: boolean
  legend: boolean
  /** A colour for each drawn column; empty for the theme's own. */
  colours: Record<string, string>
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown): string => (typeof value === 'string' ? value : '')
/** Plotly reads a little HTML in its texts; what is typed into the form is text. */
const escaped = (value: string): string => value.replaceAll('<', '‹').replaceAll('>', '›')

/** What is most likely wanted of the columns: the first along, the numbers up. */
export function suggestForm(columns: readonly Column[], kind: FormKind = 'line'): ChartForm {
  const [first] = columns
  const numeric = columns.filter((column) => column.numeric)
  const along = columns.length > 1 && first ? first.name : ''
  const y = numeric.filter(({ name }) => name !== along).slice(0, 6)
  return {
    kind: kind === 'line' && first && !first.numeric && columns.length > 1 ? 'bar' : kind,
    x: along,
    y: (y.length > 0 ? y : numeric).map(({ name }) => name),
    xTitle: along === '1' ? '' : along,
    yTitle: y.length === 1 && y[0]?.name !== '2' ? (y[0]?.name ?? '') : '',
    xLog: false,
    yLog: false,
    legend: y.length > 1,
    colours: {},
  }
}

function trace(form: ChartForm, y: Column, x: Column | undefined): Record<string, unknown> {
  const { kind } = form
  const colour = form.colours[y.name]
  const name = escaped(y.name)
  const along = x ? { x: packed(x.values) } : {}
  switch (kind) {
    case 'line':
      return { type: 'scatter', mode: 'lines', name, ...along, y: packed(y.values), ...(colour ? { line: { color: colour } } : {}) }
    case 'scatter':
      return { type: 'scatter', mode: 'markers', name, ...along, y: packed(y.values), ...(colour ? { marker: { color: colour } } : {}) }
    case 'area':
      return {
        type: 'scatter',
        mode: 'lines',
        fill: 'tozeroy',
        name,
        ...along,
        y: packed(y.values),
        ...(colour ? { line: { color: colour } } : {}),
      }
    case 'histogram':
      return { type: 'histogram', name, x: packed(y.values), ...(colour ? { marker: { color: colour } } : {}) }
    case 'box':
    case 'violin':
      return {
        type: kind,
        name,
        ...(x && !x.numeric ? along : {}),
        y: packed(y.values),
        ...(colour ? { marker: { color: colour }, line: { color: colour } } : {}),
      }
    case 'pie':
      return { type: 'pie', name, labels: (x ?? y).values, values: y.values }
    default:
      return { type: 'bar', name, ...along, y: packed(y.values), ...(colour ? { marker: { color: colour } } : {}) }
  }
}

/** The figure of a form. Columns that are no longer there are left out. */
export function buildSpec(form: ChartForm, columns: readonly Column[]): ChartSpec {
  const of = (name: string): Column | undefined => columns.find((column) => column.name === name)
  const x = of(form.x)
  const drawn = form.y.flatMap((name) => of(name) ?? [])
  const data =
    form.kind === 'heatmap'
      ? [
          {
            type: 'heatmap',
            ...(x ? { x: packed(x.values) } : {}),
            y: drawn.map(({ name }) => escaped(name)),
            z: drawn.map(({ values }) => values),
          },
        ]
      : (form.kind === 'pie' ? drawn.slice(0, 1) : drawn).map((column) => trace(form, column, x))
  const axis = (title: string, log: boolean): Record<string, unknown> => ({
    ...(title ? { title: { text: escaped(title) } } : {}),
    ...(log ? { type: 'log' } : {}),
  })
  return {
    data,
    layout: {
      showlegend: form.legend,
      xaxis: axis(form.xTitle, form.xLog),
      yaxis: axis(form.yTitle, form.yLog),
      ...(form.kind === 'bar' ? { barmode: 'group' } : {}),
    },
  }
}

function kindOf(traceOf: Record<string, unknown>): FormKind | null {
  const type = traceOf['type'] ?? 'scatter'
  if (type === 'scatter' || type === 'scattergl') {
    if (text(traceOf['fill']).startsWith('tozero')) return 'area'
    return traceOf['mode'] === 'markers' ? 'scatter' : 'line'
  }
  return formKinds.find((kind) => kind === type) ?? null
}

const same = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b)

function columnFrom(name: string, values: unknown): Column | null {
  const list = listOf(values)
  if (!list) return null
  const plain = Array.from(list, (value) => (typeof value === 'number' || typeof value === 'string' ? value : null))
  return { name, values: plain, numeric: plain.every((value) => typeof value !== 'string') }
}

/**
 * A figure as the form can edit it.
 * @returns null for a figure that has more in it than the form knows: that is edited as JSON
 */
export function formFrom({ data, layout }: ChartSpec): { form: ChartForm; columns: Column[] } | null {
  const [first] = data
  if (!first) return null
  const kind = kindOf(first)
  if (!kind || kind === 'heatmap' || data.some((other) => kindOf(other) !== kind)) return null
  const values = kind === 'pie' ? 'values' : kind === 'histogram' ? 'x' : 'y'
  const along = kind === 'pie' ? 'labels' : kind === 'histogram' ? '' : 'x'
  const shared = along ? first[along] : undefined
  if (along && data.some((other) => !same(other[along], shared))) return null
  const axis = (name: string): Record<string, unknown> => (isRecord(layout[name]) ? layout[name] : {})
  const title = (name: string): string => titleIn(axis(name))
  const columns: Column[] = []
  const x = along && shared !== undefined ? columnFrom(title('xaxis') || 'x', shared) : null
  if (along && shared !== undefined && !x) return null
  if (x) columns.push(x)
  const colours: Record<string, string> = {}
  const y: string[] = []
  for (const [index, one] of data.entries()) {
    const wanted = text(one['name']) || `y${data.length > 1 ? index + 1 : ''}`
    const name = columns.some((column) => column.name === wanted) ? `${wanted} (${index + 1})` : wanted
    const column = columnFrom(name, one[values])
    if (!column) return null
    columns.push(column)
    y.push(name)
    const line = isRecord(one['line']) ? text(one['line']['color']) : ''
    const marker = isRecord(one['marker']) ? text(one['marker']['color']) : ''
    if (line || marker) colours[name] = line || marker
  }
  return {
    columns,
    form: {
      kind,
      x: x?.name ?? '',
      y,
      xTitle: title('xaxis'),
      yTitle: title('yaxis'),
      xLog: axis('xaxis')['type'] === 'log',
      yLog: axis('yaxis')['type'] === 'log',
      legend: layout['showlegend'] === true,
      colours,
    },
  }
}

/** Columns as the text that one can paste again. */
export function toCsv(columns: readonly Column[]): string {
  const quoted = (value: string): string => (/[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)
  const length = Math.max(0, ...columns.map(({ values }) => values.length))
  const rows = Array.from({ length }, (_, row) => columns.map(({ values }) => quoted(String(values[row] ?? ''))).join(','))
  return [columns.map(({ name }) => quoted(name)).join(','), ...rows].join('\n')
}
