import { isNumberArray, numbersOf } from './chart-array.js'
import type { ChartSpec } from './rich-text.js'

type Trace = Record<string, unknown>
/** Values by column. A map, since columns may be named like anything, and come in the order in which they were given. */
type Row = ReadonlyMap<string, string>

/** A chart as a table: what it shows in words and numbers. */
export interface ChartTable {
  columns: string[]
  rows: string[][]
  /** Whether the chart has more than the rows. */
  more: boolean
}

// What is read of a trace, in the order of the columns; most have two or three of them.
const COLUMNS = [
  ...['labels', 'parents', 'x', 'y', 'z', 'theta', 'r', 'values', 'value'],
  ...['open', 'high', 'low', 'close', 'source', 'target'],
]

/**
 * The first rows of a checked chart's numbers, trace by trace. Traces whose numbers are computed in the browser (a histogram) show what they are computed of.
 * @param most rows
 * @param name of the column that says which of several traces a row is of
 */
export function chartTable({ data }: ChartSpec, most: number, name = 'series'): ChartTable {
  const rows: Row[] = []
  for (const [index, trace] of data.entries()) {
    if (rows.length > most) break
    const series: [string, string][] = data.length > 1 ? [[name, label(trace['name']) || String(index + 1)]] : []
    for (const row of rowsOf(trace, most + 1 - rows.length)) rows.push(new Map([...series, ...row]))
  }
  const shown = rows.slice(0, most)
  const columns = [...new Set(shown.flatMap((row) => [...row.keys()]))]
  return { columns, rows: shown.map((row) => columns.map((column) => row.get(column) ?? '')), more: rows.length > most }
}

/** How many traces of which kinds it has, as `2 × scatter, 1 × bar`. */
export function chartKinds({ data }: ChartSpec): string {
  const counts = new Map<string, number>()
  for (const trace of data) {
    const type = typeof trace['type'] === 'string' ? trace['type'] : 'scatter'
    counts.set(type, (counts.get(type) ?? 0) + 1)
  }
  return [...counts].map(([type, count]) => `${count} × ${type}`).join(', ')
}

function rowsOf(trace: Trace, most: number): Row[] {
  switch (trace['type']) {
    case 'table':
      return tableRows(trace, most)
    case 'parcoords':
      return columnRows(
        list(trace['dimensions'], most).map((dimension, index) => [
          label(field(dimension, 'label')) || String(index + 1),
          list(field(dimension, 'values'), most),
        ]),
        most,
      )
    case 'sankey':
      return sankeyRows(trace, most)
    default:
      return (
        gridRows(trace, most) ??
        columnRows(
          COLUMNS.map((name) => [name, columnOf(trace[name], most)]),
          most,
        )
      )
  }
}

// A single number, of an indicator, is a column of one.
const columnOf = (value: unknown, most: number): unknown[] => (typeof value === 'number' ? [value] : list(value, most))

function columnRows(columns: [string, unknown[]][], most: number): Row[] {
  const filled = columns.filter(([, values]) => values.length > 0)
  const length = Math.min(most, Math.max(0, ...filled.map(([, values]) => values.length)))
  return Array.from({ length }, (_, at) => new Map(filled.map(([name, values]) => [name, label(values[at])])))
}

/** Cells of a heatmap, a contour or a surface; null when z is no grid. */
function gridRows(trace: Trace, most: number): Row[] | null {
  const grid = list(trace['z'], most)
  if (!grid.some((row) => Array.isArray(row))) return null
  const [xs, ys] = [list(trace['x'], most), list(trace['y'], most)]
  return grid
    .flatMap((row, y) =>
      list(row, most).map(
        (z, x) =>
          new Map([
            ['x', label(xs[x] ?? x)],
            ['y', label(ys[y] ?? y)],
            ['z', label(z)],
          ]),
      ),
    )
    .slice(0, most)
}

function tableRows(trace: Trace, most: number): Row[] {
  const heads = list(field(trace['header'], 'values'), most)
  const columns = list(field(trace['cells'], 'values'), most)
  return columnRows(
    columns.map((values, index) => [label(heads[index]) || String(index + 1), list(values, most)]),
    most,
  )
}

function sankeyRows(trace: Trace, most: number): Row[] {
  const names = list(field(trace['node'], 'label'), 1_000)
  const link = trace['link']
  const named = (values: unknown[]): unknown[] => values.map((value) => (typeof value === 'number' ? (names[value] ?? value) : value))
  return columnRows(
    [
      ['source', named(list(field(link, 'source'), most))],
      ['target', named(list(field(link, 'target'), most))],
      ['value', list(field(link, 'value'), most)],
    ],
    most,
  )
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  const fields: Record<string, unknown> = { ...value }
  return fields[name]
}

function list(value: unknown, most: number): unknown[] {
  if (Array.isArray(value)) return value.slice(0, most)
  if (typeof value === 'object' && value !== null && isNumberArray(value)) return numbersOf(value, most)
  return []
}

/** A value as text: without Plotly's tags, numbers to six digits. */
function label(value: unknown): string {
  if (typeof value === 'number') return String(Number(value.toPrecision(6)))
  if (typeof value === 'boolean') return String(value)
  if (Array.isArray(value)) return value.slice(0, 3).map(label).join(', ')
  return typeof value === 'string' ? value.replace(/<\/?\w+\s*\/?>/g, ' ').trim() : ''
}
