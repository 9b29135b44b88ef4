import { isNumberArray, lengthOf } from './chart-array.js'
import { plainObject, shownKey, textFault, within, type Findings } from './findings.js'
import type { ChartSpec } from './rich-text.js'

/** How much may be in one chart. */
export const CHART_LIMITS = {
  traces: 50,
  /** Points, bars, cells … of all traces together. */
  points: 200_000,
  /** Single values, whatever they are for. */
  values: 2_000_000,
  depth: 12,
  string: 5_000,
} as const

/** The kinds of trace that are drawn: none loads anything, none shows a picture or a map. */
const TRACES = new Set([
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
])

/** What a layout may say. Not among it: images, maps, and menus and sliders, which change other parts of a figure. */
const LAYOUT = new Set([
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
  ...['selectionrevision', 'selections', 'separators', 'shapes', 'showlegend', 'spikedistance', 'sunburstcolorway', 'template', 'title'],
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
// xaxis2, scene3 …
const NUMBERED = /^(coloraxis|legend|polar|scene|xaxis|yaxis)[1-9]\d{0,2}$/

const KEY = /^[A-Za-z][A-Za-z0-9_]{0,63}$/
const FORBIDDEN_KEYS = new Set(['images', 'transforms', 'frames', 'stream', 'src', 'href', 'url', 'updatemenus', 'sliders'])

/** A chart that was looked at. It is sound only if nothing was found in it. */
interface CheckedChart {
  spec: ChartSpec
  /** Of all traces together. */
  points: number
}

/**
 * Finds fault with whatever must not be in a chart. The path is that of the chart's `spec`.
 * @returns null when it is so far from a chart that there is a finding in any case
 */
export function checkChart(value: unknown, path: string, findings: Findings): CheckedChart | null {
  const spec = plainObject(value, path, findings)
  if (!spec) return null
  for (const key of Object.keys(spec))
    if (key !== 'data' && key !== 'layout')
      findings.add(within(path, shownKey(key)), 'is not supported: a chart has "data" and "layout" alone, remove it')
  const scan = new Scan(findings)
  const drawn = checkData(spec['data'], within(path, 'data'), scan)
  const layout = checkLayout(spec['layout'], within(path, 'layout'), scan)
  return drawn && layout && { spec: { data: drawn.traces, layout }, points: drawn.points }
}

type Trace = Record<string, unknown>

function checkData(value: unknown, path: string, scan: Scan): { traces: Trace[]; points: number } | null {
  const { findings } = scan
  if (!Array.isArray(value)) {
    findings.add(path, 'must be a list of traces')
    return null
  }
  if (value.length > CHART_LIMITS.traces) {
    findings.add(path, `must have at most ${CHART_LIMITS.traces} traces: draw fewer`)
    return null
  }
  const traces: Trace[] = []
  let points = 0
  for (const [index, entry] of value.entries()) {
    if (scan.over) return null
    const at = `${path}[${index}]`
    const trace = plainObject(entry, at, findings)
    if (!trace) continue
    const type: unknown = Object.hasOwn(trace, 'type') ? trace['type'] : 'scatter'
    if (typeof type !== 'string' || !TRACES.has(type)) findings.add(`${at}.type`, `must be one of: ${[...TRACES].join(', ')}`)
    points += scan.object(trace, at, 1)
    traces.push(trace)
  }
  if (points > CHART_LIMITS.points)
    findings.add(path, `must have at most ${CHART_LIMITS.points} points: thin them out before drawing, or link the data instead`)
  return { traces, points }
}

function checkLayout(value: unknown, path: string, scan: Scan): Record<string, unknown> | null {
  const layout = plainObject(value, path, scan.findings)
  if (!layout) return null
  for (const key of Object.keys(layout))
    if (!LAYOUT.has(key) && !NUMBERED.test(key)) scan.findings.add(within(path, shownKey(key)), 'is not supported in a layout: remove it')
  scan.object(layout, path, 1)
  return layout
}

/** Goes through everything once, and no further than the limits. */
class Scan {
  over = false
  private values = 0

  constructor(readonly findings: Findings) {}

  /** @returns how many points it has: the most values that one of its entries has */
  object(object: Record<string, unknown>, path: string, depth: number): number {
    let most = 0
    for (const [key, value] of Object.entries(object)) {
      const at = within(path, shownKey(key))
      if (FORBIDDEN_KEYS.has(key)) this.findings.add(at, 'is not supported in a chart: remove it')
      else if (!KEY.test(key)) this.findings.add(at, 'is no name of a setting (letters, digits and _): remove it')
      else most = Math.max(most, this.value(value, at, depth))
      if (this.findings.full || this.over) break
    }
    return most
  }

  private value(value: unknown, path: string, depth: number): number {
    if (++this.values > CHART_LIMITS.values) return this.stop(path, `has more than ${CHART_LIMITS.values} values: thin them out`)
    if (typeof value === 'number') {
      if (!Number.isFinite(value)) this.findings.add(path, 'must be a finite number, or null for a gap')
      return 1
    }
    if (typeof value === 'string') {
      const fault = stringFault(value)
      if (fault) this.findings.add(path, fault)
      return 1
    }
    if (value === null || typeof value === 'boolean') return 1
    if (depth >= CHART_LIMITS.depth) return this.stop(path, `is nested more than ${CHART_LIMITS.depth} levels deep: flatten it`)
    if (Array.isArray(value)) return this.list(value, path, depth)
    const object = plainObject(value, path, this.findings)
    if (!object) return 0
    if (!isNumberArray(object)) return this.object(object, path, depth + 1)
    const length = lengthOf(object)
    if (length === null) this.findings.add(path, 'is no valid array of numbers: dtype, bdata (base64) and shape must fit')
    this.values += length ?? 0
    return length ?? 0
  }

  private list(list: unknown[], path: string, depth: number): number {
    let total = 0
    for (let index = 0; index < list.length; index++) {
      total += this.value(list[index], `${path}[${index}]`, depth + 1)
      if (this.findings.full || this.over) break
    }
    return total
  }

  private stop(path: string, message: string): number {
    this.over = true
    this.findings.add(path, message)
    return 0
  }
}

// Most strings are labels without any of these; only the others are looked at closely.
const NOTABLE = /[<&:/\\\p{C}]/u
// Plotly's own markup: bare tags only. <extra> is what follows a hover text.
const PLOTLY_TAG = /<\/?(?:b|i|br|sub|sup|extra)\s{0,2}\/?>/gi
const TAG = /<[a-z/!?]/i
const ENTITY = /&(?:#|(?:lt|gt|colon|sol|bsol|tab|newline|lpar|rpar|quot|apos)\b)/i
const ADDRESS = /(?:https?|ftps?|wss?|file|blob|filesystem|about):(?:\S|$)|\bdata:\S|(?:^|[\s"'`(=])\/\/[^\s/]/i
const SCRIPT = /(?:javascript|vbscript|livescript|mocha):/i

/** What is wrong with a string of a chart, or null. */
function stringFault(value: string): string | null {
  if (value.length > CHART_LIMITS.string) return `must have at most ${CHART_LIMITS.string} characters: shorten it`
  if (!NOTABLE.test(value)) return null
  const fault = textFault(value, { max: CHART_LIMITS.string, lines: true })
  if (fault) return fault
  // What is left must not become a tag by what was taken out.
  const bare = value.replace(PLOTLY_TAG, '')
  if (TAG.test(bare)) return 'must not contain HTML except <b> <i> <br> <sub> <sup>: remove it, or put a space after "<"'
  if (ENTITY.test(bare)) return 'must not contain character references: write the character itself'
  // A browser leaves out tabs and line breaks when it reads an address.
  const packed = value.replace(/[\p{C}\\]/gu, '')
  if (ADDRESS.test(value) || ADDRESS.test(packed) || SCRIPT.test(packed))
    return 'must not contain an address (http:, data: …): put links into the text beside the chart'
  return null
}
