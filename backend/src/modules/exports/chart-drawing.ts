import { isNumberArray, numbersOf } from '../richtext/chart-array.js'
import { escapeHtml } from '../richtext/html.js'
import type { ChartSpec } from '../richtext/rich-text.js'

interface Series {
  name: string
  kind: 'line' | 'points' | 'both' | 'bar'
  x: (number | string)[]
  y: (number | null)[]
}
interface Axis {
  /** Where a value is between 0 and 1. */
  at: (value: number | string) => number
  ticks: { at: number; label: string }[]
}

const WIDTH = 720
const HEIGHT = 360
const FRAME = { left: 64, right: 12, top: 12, bottom: 48 }
const PLOT = { width: WIDTH - FRAME.left - FRAME.right, height: HEIGHT - FRAME.top - FRAME.bottom }
const COLOURS = ['#0b57d0', '#b3261e', '#1a7f37', '#9a6700', '#6f42c1', '#0e7490', '#bf3989', '#57606a']
const MOST_SERIES = 12
const MOST_POINTS = 2_000
const MOST_CATEGORIES = 60

/**
 * A chart of lines, points or bars over numbers, dates or names as a picture in SVG, with colours and scales of our own; empty for every other kind, and for
 * one that would not be read rightly (a logarithmic axis, stacked or lying bars). Only numbers and escaped words get into it. Its table says the rest. Pure.
 */
export function chartDrawing({ data, layout }: ChartSpec): string {
  const series = data.slice(0, MOST_SERIES).map(seriesOf)
  if (data.length === 0 || data.length > MOST_SERIES || !isPlain(layout)) return ''
  const sound = series.filter((each) => each !== null)
  if (sound.length !== series.length || sound.every(({ y }) => y.length === 0)) return ''
  const hasBars = sound.some(({ kind }) => kind === 'bar')
  const x = axisOf(
    sound.flatMap((each) => each.x),
    hasBars,
  )
  const y = numberAxis([...sound.flatMap((each) => each.y.filter((value) => value !== null)), ...(hasBars ? [0] : [])])
  if (x === null || y === null) return ''
  const bars = sound.filter(({ kind }) => kind === 'bar').length
  let bar = 0
  const drawn = sound.map((each, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? ''
    return each.kind === 'bar' ? barsOf(each, x, y, colour, bar++, bars) : lineOf(each, x, y, colour)
  })
  const svg = `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" aria-hidden="true" font-family="inherit" font-size="12" fill="#1b1f24">`
  return `${svg}${gridOf(x, y, titleOf(layout['xaxis']), titleOf(layout['yaxis']))}${drawn.join('')}</svg>${legendOf(sound)}`
}

function seriesOf(trace: Record<string, unknown>): Series | null {
  const { type = 'scatter', mode, fill, orientation, stackgroup, name, visible, xaxis, yaxis } = trace
  const isBar = type === 'bar'
  if (!isBar && type !== 'scatter' && type !== 'scattergl') return null
  const isOdd =
    orientation === 'h' || stackgroup !== undefined || visible === false || visible === 'legendonly' || trace['base'] !== undefined
  if (isOdd || (fill !== undefined && fill !== 'none') || !isFirst(xaxis, 'x') || !isFirst(yaxis, 'y')) return null
  const y = valuesOf(trace['y'])
  if (y === null) return null
  const { x0 = 0, dx = 1 } = trace
  const given = trace['x'] === undefined ? y.map((_, index) => Number(x0) + index * Number(dx)) : valuesOf(trace['x'])
  if (given === null) return null
  const length = Math.min(given.length, y.length)
  const step = Math.max(1, Math.ceil(length / MOST_POINTS))
  if (isBar && length > MOST_CATEGORIES * 4) return null
  const series: Series = { name: typeof name === 'string' ? wordsOf(name) : '', kind: isBar ? 'bar' : kindOf(mode, length), x: [], y: [] }
  for (let at = 0; at < length; at += step) {
    const [xs, ys] = [given[at], y[at]]
    if (typeof xs !== 'number' && typeof xs !== 'string') continue
    if (typeof xs === 'number' && !Number.isFinite(xs)) continue
    // A number as a text is one to Plotly too; a name on this axis is none of ours to draw.
    const number = typeof ys === 'number' ? ys : typeof ys === 'string' && ys.trim() !== '' ? Number(ys) : null
    if (number !== null && !Number.isFinite(number)) return null
    series.x.push(xs)
    series.y.push(number)
  }
  return series
}

const isFirst = (axis: unknown, name: string): boolean => axis === undefined || axis === name

function kindOf(mode: unknown, length: number): Series['kind'] {
  if (typeof mode !== 'string') return length < 20 ? 'both' : 'line'
  const [lines, markers] = [mode.includes('lines'), mode.includes('markers')]
  return lines && markers ? 'both' : markers ? 'points' : 'line'
}

function valuesOf(value: unknown): unknown[] | null {
  if (Array.isArray(value)) return value.some((each) => typeof each === 'object' && each !== null) ? null : value
  if (typeof value !== 'object' || value === null || !isNumberArray(value)) return null
  const numbers = numbersOf(value, 200_000)
  return numbers.some((each) => Array.isArray(each)) ? null : numbers
}

/** Whether a layout asks for nothing that this would draw wrongly. */
function isPlain(layout: Record<string, unknown>): boolean {
  const isUsual = (axis: unknown): boolean => {
    const { type, autorange, range, rangebreaks } = fieldsOf(axis)
    const isScale = type === undefined || type === '-' || type === 'linear' || type === 'date' || type === 'category'
    return isScale && autorange !== 'reversed' && range === undefined && rangebreaks === undefined
  }
  const { barmode, grid } = layout
  return isUsual(layout['xaxis']) && isUsual(layout['yaxis']) && grid === undefined && (barmode === undefined || barmode === 'group')
}

const fieldsOf = (value: unknown): Record<string, unknown> => (typeof value === 'object' && value !== null ? { ...value } : {})

function titleOf(axis: unknown): string {
  const { title } = fieldsOf(axis)
  const text = typeof title === 'string' ? title : fieldsOf(title)['text']
  return typeof text === 'string' ? wordsOf(text) : ''
}

/** Without Plotly's tags. */
const wordsOf = (text: string): string => [...text.replace(/<\/?\w+\s*\/?>/g, ' ').trim()].slice(0, 80).join('')

const DATE = /^\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?)?$/

function axisOf(values: readonly (number | string)[], isCategorical: boolean): Axis | null {
  if (values.every((value) => typeof value === 'number')) return numberAxis(values, isCategorical ? 0.06 : 0)
  if (values.every((value) => typeof value === 'string' && DATE.test(value) && !Number.isNaN(Date.parse(value)))) return dateAxis(values)
  const names = [...new Set(values.map(String))]
  if (names.length > MOST_CATEGORIES) return null
  const places = new Map(names.map((name, index) => [name, (index + 0.5) / names.length]))
  const every = Math.ceil(names.length / 12)
  return {
    at: (value) => places.get(String(value)) ?? 0,
    ticks: [...places].filter((_, index) => index % every === 0).map(([name, at]) => ({ at, label: short(wordsOf(name)) })),
  }
}

const short = (text: string): string => ([...text].length > 14 ? `${[...text].slice(0, 13).join('')}…` : text)

/** A scale with round ticks. @param margin room at both ends, in parts of its length */
function numberAxis(values: readonly number[], margin = 0): Axis | null {
  if (values.length === 0) return null
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) [low, high] = [Math.min(low, value), Math.max(high, value)]
  if (low === high) [low, high] = [low - (Math.abs(low) || 1) / 2, high + (Math.abs(high) || 1) / 2]
  const room = (high - low) * margin
  const step = roundStep((high - low + 2 * room) / 6)
  if (!Number.isFinite(step) || step <= 0) return null
  const [from, to] = [Math.floor((low - room) / step), Math.ceil((high + room) / step)]
  if (!Number.isSafeInteger(from) || !Number.isSafeInteger(to) || to - from > 40 || to <= from) return null
  const [first, length] = [from * step, (to - from) * step]
  const at = (value: number | string): number => (Number(value) - first) / length
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => (from + index) * step)
  return { at, ticks: ticks.map((value) => ({ at: at(value), label: String(Number(value.toPrecision(6))) })) }
}

function roundStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5].find((each) => each * power >= rough) ?? 10) * power
}

function dateAxis(values: readonly (number | string)[]): Axis | null {
  let [low, high] = [Infinity, -Infinity]
  for (const value of values) [low, high] = [Math.min(low, Date.parse(String(value))), Math.max(high, Date.parse(String(value)))]
  if (!(low < high)) return null
  const isShort = high - low < 2 * 86_400_000
  const label = (at: number): string => {
    const text = new Date(at).toISOString()
    return isShort ? text.slice(5, 16).replace('T', ' ') : text.slice(0, 10)
  }
  return {
    at: (value) => (Date.parse(String(value)) - low) / (high - low),
    ticks: Array.from({ length: 6 }, (_, index) => ({ at: index / 5, label: label(low + ((high - low) * index) / 5) })),
  }
}

const number = (value: number): string => String(Math.round(value * 10) / 10)
const left = (at: number): number => FRAME.left + at * PLOT.width
const top = (at: number): number => FRAME.top + (1 - at) * PLOT.height

function gridOf(x: Axis, y: Axis, xTitle: string, yTitle: string): string {
  const text = (at: { x: number; y: number }, anchor: string, label: string): string =>
    `<text x="${number(at.x)}" y="${number(at.y)}" text-anchor="${anchor}">${escapeHtml(label)}</text>`
  const bottom = FRAME.top + PLOT.height
  const rows = y.ticks.map(
    ({ at, label }) =>
      `<line x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${number(top(at))}" y2="${number(top(at))}" stroke="#d8dee4"/>${text({ x: FRAME.left - 6, y: top(at) + 4 }, 'end', label)}`,
  )
  const columns = x.ticks.map(({ at, label }) => text({ x: left(at), y: bottom + 18 }, 'middle', label))
  const middle = FRAME.top + PLOT.height / 2
  const titles = [
    xTitle === '' ? '' : text({ x: FRAME.left + PLOT.width / 2, y: HEIGHT - 8 }, 'middle', xTitle),
    yTitle === '' ? '' : `<text transform="translate(14 ${number(middle)}) rotate(-90)" text-anchor="middle">${escapeHtml(yTitle)}</text>`,
  ]
  const axis = `<line x1="${FRAME.left}" x2="${WIDTH - FRAME.right}" y1="${bottom}" y2="${bottom}" stroke="#57606a"/>`
  return rows.join('') + axis + columns.join('') + titles.join('')
}

function lineOf({ kind, x: xs, y: ys }: Series, x: Axis, y: Axis, colour: string): string {
  const points = xs.map((value, index) => {
    const height = ys[index] ?? null
    return height === null ? null : `${number(left(x.at(value)))} ${number(top(y.at(height)))}`
  })
  // A value that is missing is a gap in the line.
  const path = points.map((point, index) => (point === null ? '' : `${points[index - 1] ? 'L' : 'M'}${point}`)).join('')
  const line = kind === 'points' ? '' : `<path d="${path}" fill="none" stroke="${colour}" stroke-width="2" stroke-linejoin="round"/>`
  const dots = points.map((point) => {
    const [cx, cy] = (point ?? '').split(' ')
    return cx && cy ? `<circle cx="${cx}" cy="${cy}" r="2.5"/>` : ''
  })
  return line + (kind === 'line' ? '' : `<g fill="${colour}">${dots.join('')}</g>`)
}

function barsOf({ x: xs, y: ys }: Series, x: Axis, y: Axis, colour: string, place: number, places: number): string {
  const ats = [...new Set(xs.map((value) => x.at(value)))].sort((a, b) => a - b)
  const gaps = ats.slice(1).map((at, index) => at - (ats[index] ?? 0))
  const room = Math.min(1 / Math.max(1, x.ticks.length), ...gaps) * PLOT.width * 0.8
  const width = Math.max(1, room / places)
  const ground = top(y.at(0))
  const bars = xs.map((value, index) => {
    const height = ys[index] ?? null
    if (height === null) return ''
    const [end, start] = [top(y.at(height)), left(x.at(value)) - room / 2 + place * width]
    return `<rect x="${number(start)}" y="${number(Math.min(end, ground))}" width="${number(width)}" height="${number(Math.abs(end - ground))}"/>`
  })
  return `<g fill="${colour}">${bars.join('')}</g>`
}

function legendOf(series: readonly Series[]): string {
  if (series.length < 2) return ''
  const entries = series.map(
    ({ name }, index) =>
      `<span><span aria-hidden="true" style="color:${COLOURS[index % COLOURS.length] ?? ''}">■</span> ${escapeHtml(name || String(index + 1))}</span>`,
  )
  return `<p class="legend">${entries.join(' ')}</p>`
}
