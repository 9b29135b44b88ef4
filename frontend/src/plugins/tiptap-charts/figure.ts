/** What Plotly draws: traces and a layout, as JSON. */
export interface ChartSpec {
  data: Record<string, unknown>[]
  layout: Record<string, unknown>
}

/** What is wrong with a chart, and where. */
export interface ChartFault {
  path: string
  message: 'object' | 'list' | 'type' | 'traces' | 'points' | 'address' | 'markup' | 'forbidden' | 'bytes'
}

/** The kinds of traces that a chart may have; the portal refuses others. */
export const traceTypes = [
  'scatter',
  'scattergl',
  'bar',
  'histogram',
  'histogram2d',
  'box',
  'violin',
  'heatmap',
  'contour',
  'pie',
  'scatter3d',
  'surface',
  'scatterpolar',
  'parcoords',
  'sankey',
  'treemap',
  'sunburst',
  'table',
  'candlestick',
  'waterfall',
  'funnel',
  'indicator',
] as const

export const maxTraces = 50
export const maxPoints = 200_000

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const isTraceType = (value: unknown): boolean => traceTypes.some((type) => type === value)

/** What a layout may say, as the portal has it: no images, no maps, no menus. */
const layoutKeys = new Set([
  ...['annotations', 'autosize', 'autotypenumbers', 'calendar', 'clickmode', 'coloraxis', 'colorscale', 'colorway', 'datarevision'],
  ...[
    'dragmode',
    'editrevision',
    'extendfunnelareacolors',
    'extendpiecolors',
    'extendsunburstcolors',
    'extendtreemapcolors',
    'font',
    'grid',
  ],
  ...['height', 'hiddenlabels', 'hidesources', 'hoverdistance', 'hoverlabel', 'hovermode', 'hoversubplots', 'legend', 'margin', 'meta'],
  ...[
    'minreducedheight',
    'minreducedwidth',
    'modebar',
    'paper_bgcolor',
    'piecolorway',
    'plot_bgcolor',
    'polar',
    'scene',
    'selectdirection',
  ],
  ...['selectionrevision', 'selections', 'separators', 'shapes', 'showlegend', 'spikedistance', 'sunburstcolorway', 'title'],
  ...['titlefont', 'treemapcolorway', 'uirevision', 'uniformtext', 'width', 'xaxis', 'yaxis'],
  ...['barcornerradius', 'bargap', 'bargroupgap', 'barmode', 'barnorm', 'boxgap', 'boxgroupgap', 'boxmode', 'funnelgap', 'funnelgroupgap'],
  ...[
    'funnelmode',
    'scattergap',
    'scattermode',
    'violingap',
    'violingroupgap',
    'violinmode',
    'waterfallgap',
    'waterfallgroupgap',
    'waterfallmode',
  ],
])
const numbered = /^(coloraxis|legend|polar|scene|xaxis|yaxis)[1-9]\d{0,2}$/
const forbiddenKeys = new Set([
  'images',
  'transforms',
  'frames',
  'stream',
  'src',
  'href',
  'url',
  'updatemenus',
  'sliders',
  '__proto__',
  'constructor',
  'prototype',
])
const settingName = /^[A-Za-z][A-Za-z0-9_]{0,63}$/

const plotlyTag = /<\/?(?:b|i|br|sub|sup|extra)\s{0,2}\/?>/gi
const markup = /<[a-z/!?]|&(?:#|(?:lt|gt|colon|sol|bsol|tab|newline|lpar|rpar|quot|apos)\b)/i
const address =
  /(?:https?|ftps?|wss?|file|blob|filesystem|about):(?:\S|$)|\bdata:\S|(?:^|[\s"'`(=])\/\/[^\s/]|(?:javascript|vbscript|livescript|mocha):/i

function textFault(text: string): ChartFault['message'] | null {
  if (markup.test(text.replace(plotlyTag, ' '))) return 'markup'
  return address.test(text) || address.test(text.replace(/[\p{C}\\]/gu, '')) ? 'address' : null
}

// ---- Typed arrays ---------------------------------------------------------------------------------------------------

const kinds = {
  i1: Int8Array,
  u1: Uint8Array,
  u1c: Uint8ClampedArray,
  i2: Int16Array,
  u2: Uint16Array,
  i4: Int32Array,
  u4: Uint32Array,
  f4: Float32Array,
  f8: Float64Array,
} as const
type Kind = keyof typeof kinds
const longNames: Readonly<Record<string, Kind>> = {
  int8: 'i1',
  uint8: 'u1',
  uint8c: 'u1c',
  int16: 'i2',
  uint16: 'u2',
  int32: 'i4',
  uint32: 'u4',
  float32: 'f4',
  float64: 'f8',
}
const isKind = (name: string): name is Kind => Object.hasOwn(kinds, name)

function kindOf(dtype: unknown): Kind | null {
  if (typeof dtype !== 'string') return null
  const name = longNames[dtype] ?? dtype.replace(/^[<|]/, '')
  return isKind(name) ? name : null
}

const sizesOf = (shape: unknown): number[] => {
  if (typeof shape === 'number') return [shape]
  return typeof shape === 'string' ? shape.split(',').map(Number) : Array.isArray(shape) ? shape.map(Number) : []
}

const base64 = /^[A-Za-z0-9+/]*={0,2}$/

type Numbers = InstanceType<(typeof kinds)[Kind]>

/** The bytes of a compact list as numbers. numpy writes them little-endian, as do all machines that a browser runs on. */
function numbersOf(value: Record<string, unknown>): { numbers: Numbers; sizes: number[] } | null {
  const kind = kindOf(value['dtype'])
  const { bdata } = value
  if (!kind || typeof bdata !== 'string' || bdata.length % 4 !== 0 || !base64.test(bdata)) return null
  const text = atob(bdata)
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0))
  const List = kinds[kind]
  if (bytes.length % List.BYTES_PER_ELEMENT !== 0) return null
  const numbers = new List(bytes.buffer)
  const sizes = sizesOf(value['shape'])
  const fits = sizes.length === 0 || sizes.reduce((product, size) => product * size, 1) === numbers.length
  return fits ? { numbers, sizes } : null
}

function nested(numbers: Numbers, sizes: readonly number[]): ArrayLike<unknown> {
  const [, ...rest] = sizes
  if (rest.length === 0) return numbers
  const size = rest.reduce((product, length) => product * length, 1)
  if (size === 0) return []
  return Array.from({ length: numbers.length / size }, (_, row) => nested(numbers.subarray(row * size, (row + 1) * size), rest))
}

/**
 * The numbers that Plotly's Python writes in base64 (`{dtype, bdata, shape}`, plotly.py 6).
 * @returns null when it is none
 */
export function decodeTypedArray(value: unknown): ArrayLike<unknown> | null {
  if (!isRecord(value) || !('bdata' in value)) return null
  const found = numbersOf(value)
  return found && nested(found.numbers, found.sizes)
}

/** From so many numbers on a list is kept in base64, where that is shorter. */
const worthPacking = 500

/** A long list of numbers in the compact form; anything else as it is. What has gaps or texts in it stays a list. */
export function packed(list: unknown): unknown {
  if (!Array.isArray(list) || list.length < worthPacking || !list.every(Number.isFinite)) return list
  const values = list.filter((value): value is number => typeof value === 'number')
  const small = values.every((value) => Number.isInteger(value) && Math.abs(value) < 2 ** 31)
  const numbers = small ? new Int32Array(values) : new Float64Array(values)
  if (JSON.stringify(values).length < (numbers.byteLength * 4) / 3) return list
  const bytes = new Uint8Array(numbers.buffer)
  let text = ''
  for (let from = 0; from < bytes.length; from += 8192) text += String.fromCharCode(...bytes.subarray(from, from + 8192))
  return { dtype: small ? 'i4' : 'f8', bdata: btoa(text) }
}

/** A value of a trace as a list, whichever way it is written; null when it is none. */
export function listOf(value: unknown): ArrayLike<unknown> | null {
  return Array.isArray(value) ? value : decodeTypedArray(value)
}

/** A trace with its numbers as Plotly draws them fastest. */
export function unpacked(trace: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(trace).map(([key, value]) => {
      if (!isRecord(value)) return [key, value]
      return [key, 'bdata' in value ? (decodeTypedArray(value) ?? []) : unpacked(value)]
    }),
  )
}

// ---- Checking -------------------------------------------------------------------------------------------------------

/** Copies what may be kept, counts the points of it, and names what may not. */
class Check {
  readonly faults: ChartFault[] = []

  fault(path: string, message: ChartFault['message']): void {
    if (this.faults.length < 20) this.faults.push({ path, message })
  }

  /** @returns the copy, and how many values are in the longest list of it */
  object(object: Record<string, unknown>, path: string): { copy: Record<string, unknown>; points: number } {
    const copy: Record<string, unknown> = {}
    let points = 0
    for (const [key, entry] of Object.entries(object)) {
      const at = path === '' ? key : `${path}.${key}`
      // An empty list of pictures, which Python writes along, is none.
      if (forbiddenKeys.has(key) && Array.isArray(entry) && entry.length === 0) continue
      if (forbiddenKeys.has(key) || !settingName.test(key)) {
        this.fault(at, 'forbidden')
        continue
      }
      const checked = this.value(entry, at)
      copy[key] = checked.copy
      points = Math.max(points, checked.points)
    }
    return { copy, points }
  }

  private value(value: unknown, path: string): { copy: unknown; points: number } {
    if (typeof value === 'string') {
      const message = textFault(value)
      if (message) this.fault(path, message)
      return { copy: value, points: 1 }
    }
    if (typeof value === 'number') return { copy: Number.isFinite(value) ? value : null, points: 1 }
    if (Array.isArray(value)) {
      let points = 0
      const copy = value.map((entry, index) => {
        const checked = this.value(entry, `${path}[${index}]`)
        points += checked.points
        return checked.copy
      })
      return { copy, points }
    }
    if (!isRecord(value)) return { copy: typeof value === 'boolean' ? value : null, points: 1 }
    if (!('bdata' in value)) return this.object(value, path)
    const found = numbersOf(value)
    if (!found) {
      this.fault(path, 'bytes')
      return { copy: [], points: 0 }
    }
    const { numbers, sizes } = found
    const copy = { dtype: kindOf(value['dtype']), bdata: value['bdata'], ...(sizes.length > 0 ? { shape: sizes.join(', ') } : {}) }
    return { copy, points: numbers.length }
  }
}

/**
 * A figure as it may be kept: from pasted JSON, from Python's `fig.write_json`, or from the editor of JSON. Python's own style
 * (`layout.template`) is left away, so that the figure has the colours of the page. Not one number is changed.
 */
export function readFigure(value: unknown): { spec: ChartSpec; faults: ChartFault[] } {
  const spec: ChartSpec = { data: [], layout: {} }
  if (!isRecord(value)) return { spec, faults: [{ path: '', message: 'object' }] }
  const traces = value['data']
  if (!Array.isArray(traces)) return { spec, faults: [{ path: 'data', message: 'list' }] }
  const check = new Check()
  if (traces.length > maxTraces) check.fault('data', 'traces')
  let points = 0
  for (const [index, trace] of traces.slice(0, maxTraces).entries()) {
    const path = `data[${index}]`
    if (!isRecord(trace)) {
      check.fault(path, 'object')
      continue
    }
    if (trace['type'] !== undefined && !isTraceType(trace['type'])) check.fault(`${path}.type`, 'type')
    const checked = check.object(trace, path)
    points += checked.points
    spec.data.push(checked.copy)
  }
  if (points > maxPoints) check.fault('data', 'points')
  const given = value['layout'] ?? {}
  if (isRecord(given)) {
    const { template: _style, ...layout } = given
    for (const key of Object.keys(layout))
      if (!layoutKeys.has(key) && !numbered.test(key) && !forbiddenKeys.has(key)) check.fault(`layout.${key}`, 'forbidden')
    spec.layout = check.object(layout, 'layout').copy
  } else check.fault('layout', 'object')
  return { spec, faults: check.faults }
}

/** The figure that a file of Plotly has; null when it has none. @see readFigure */
export function readFigureText(text: string): ReturnType<typeof readFigure> | null {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return null
  }
  const read = readFigure(json)
  return read.faults.some(({ path }) => path === '' || path === 'data') ? null : read
}

/** Whatever a text has as the figure of a chart, so that nothing of it can break the page. */
export function specOf(value: unknown): ChartSpec {
  if (!isRecord(value)) return { data: [], layout: {} }
  const { data, layout } = value
  return { data: Array.isArray(data) ? data.filter(isRecord) : [], layout: isRecord(layout) ? layout : {} }
}

function lengthOf(value: unknown): number {
  if (Array.isArray(value)) return value.length
  const kind = isRecord(value) ? kindOf(value['dtype']) : null
  if (!isRecord(value) || !kind || typeof value['bdata'] !== 'string') return 0
  return Math.floor((value['bdata'].length * 3) / 4 / kinds[kind].BYTES_PER_ELEMENT)
}

/** Points of a trace, about: the length of its longest list. */
export function pointsOf(trace: Record<string, unknown>): number {
  return Math.max(0, ...['x', 'y', 'z', 'values', 'r', 'open'].map((key) => lengthOf(trace[key])))
}

/** The title that is in a figure, whichever way it is written. */
export function titleIn(layout: Record<string, unknown>): string {
  const { title } = layout
  if (typeof title === 'string') return title
  return isRecord(title) && typeof title['text'] === 'string' ? title['text'] : ''
}

const withoutMarkup = (text: string): string => text.replace(/<br\s*\/?>/gi, ' ').replace(/<[^>]+>/g, '')

/** The title of a figure as plain text. */
export const plainTitle = (layout: Record<string, unknown>): string => withoutMarkup(titleIn(layout)).trim()

export interface ChartTable {
  columns: string[]
  rows: (string | number)[][]
  /** Rows that there are, shown or not. */
  total: number
}

const asText = (value: unknown): string => JSON.stringify(ArrayBuffer.isView(value) ? [...(value as unknown as Iterable<number>)] : value)
const cell = (value: unknown): string | number =>
  typeof value === 'number' || typeof value === 'string' ? value : value === null || value === undefined ? '' : asText(value)

/**
 * The numbers of a chart as a table, for those who do not see it: a row per point, with the trace's name where there are several.
 * @param most rows at most
 */
export function tableOf({ data }: ChartSpec, most: number): ChartTable {
  const names = ['labels', 'x', 'y', 'z', 'values', 'r', 'theta', 'open', 'high', 'low', 'close']
  const used = names.filter((name) => data.some((trace) => listOf(trace[name]) !== null))
  const many = data.length > 1
  const rows: (string | number)[][] = []
  let total = 0
  for (const [index, trace] of data.entries()) {
    const lists = used.map((name) => listOf(trace[name]) ?? [])
    const length = Math.max(0, ...lists.map((list) => list.length))
    total += length
    for (let row = 0; row < length && rows.length < most; row += 1) {
      const values = lists.map((list) => cell(list[row]))
      rows.push(many ? [typeof trace['name'] === 'string' ? withoutMarkup(trace['name']) : index + 1, ...values] : values)
    }
  }
  return { columns: many ? ['trace', ...used] : used, rows, total }
}
