import { listOf, pointsOf, type ChartSpec } from './figure'

/** Colours of the page that a chart is drawn in. */
export interface ChartTheme {
  text: string
  faint: string
  line: string
  surface: string
  colours: readonly string[]
}

/** Eight colours that can be told apart by those who see colours otherwise; each has 3:1 on its ground. */
export const palettes = {
  light: ['#4f46e5', '#0f766e', '#c2570c', '#be185d', '#0369a1', '#4d7c0f', '#7e22ce', '#a16207'],
  dark: ['#a9b1ff', '#5eead4', '#fdba74', '#f9a8d4', '#7dd3fc', '#bef264', '#d8b4fe', '#fde047'],
} as const

/** The colours of the page as they are now. */
export function themeOf(element: Element, dark: boolean): ChartTheme {
  const style = getComputedStyle(element)
  const read = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise
  return {
    text: read('--text-muted', dark ? '#b0b2bc' : '#52525b'),
    faint: read('--text-faint', dark ? '#9093a0' : '#6b6b74'),
    line: read('--border', dark ? '#282a32' : '#e4e4e7'),
    surface: read('--surface', dark ? '#15161b' : '#ffffff'),
    colours: dark ? palettes.dark : palettes.light,
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)
const record = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {})

/** From so many markers on, a canvas draws them: as elements of the page they would take it down. */
const manyMarkers = 2000

/** Whether the trace needs the graphics card: then few of its kind may live at once. */
const needsGl = (trace: Record<string, unknown>): boolean =>
  ['scattergl', 'scatter3d', 'surface', 'parcoords'].includes(String(trace['type']))

/**
 * Up to so many points, lines are elements of the page also where they are said to be for the graphics card: Plotly leaves those points away
 * that fall on one another, which is quicker than any context is made, and a machine without such a card takes seconds for the same lines.
 */
const fewEnoughForLines = 50_000

/** From so many bars on, each is narrower than a pixel on any screen; as elements of the page they would keep it busy for seconds. */
const manyBars = 4000

/** Whether the values rise, as along an axis; those that are not given are counted. */
function rises(value: unknown): boolean {
  if (value === undefined) return true
  const list = listOf(value)
  if (!list) return false
  for (let index = 1; index < list.length; index += 1) {
    const [before, now] = [list[index - 1], list[index]]
    const isNumber = typeof before === 'number' && typeof now === 'number' && before < now
    const isDate = typeof before === 'string' && typeof now === 'string' && before < now
    if (!isNumber && !isDate) return false
  }
  return true
}

/** So many bars that there is no gap between them, as the one area that they are, with a step for each; null for those that have to be told apart. */
function asSteps(trace: Record<string, unknown>, colour: string | undefined): Record<string, unknown> | null {
  const { marker, base, orientation, width: _width, ...others } = trace
  const { color = colour } = record(marker)
  const isPlain = base === undefined && orientation !== 'h' && typeof color === 'string'
  if (!isPlain || pointsOf(trace) <= manyBars || !rises(trace['x'])) return null
  return { ...others, type: 'scatter', mode: 'lines', fill: 'tozeroy', fillcolor: color, line: { shape: 'hvh', width: 0, color } }
}

/** The traces with each drawn in the way that stands its number of points. `gl` says whether there is a graphics card to draw on. */
function traces(spec: ChartSpec, gl: boolean, colours: readonly string[]): Record<string, unknown>[] {
  const points = spec.data.reduce((sum, trace) => sum + pointsOf(trace), 0)
  const onlyBars = spec.data.filter(({ type }) => type === 'bar').length === 1
  return spec.data.map((trace, index) => {
    const type = trace['type'] ?? 'scatter'
    if (type === 'bar' && onlyBars) return asSteps(trace, colours[index % colours.length]) ?? trace
    if (type === 'scattergl' && (!gl || (trace['mode'] === 'lines' && points <= fewEnoughForLines))) return { ...trace, type: 'scatter' }
    const mode = typeof trace['mode'] === 'string' ? trace['mode'] : pointsOf(trace) > 20 ? 'lines' : 'lines+markers'
    if (type === 'scatter' && gl && mode.includes('markers') && pointsOf(trace) > manyMarkers) return { ...trace, type: 'scattergl', mode }
    return trace
  })
}

/**
 * The figure as it is drawn here: in the colours of the page, without a ground and a title of its own, which the page has.
 * @param touch a finger scrolls the page and does not zoom the chart
 */
export function themed(
  spec: ChartSpec,
  theme: ChartTheme,
  { gl, touch }: { gl: boolean; touch: boolean },
): ChartSpec & { usesGl: boolean } {
  const { title: _title, width: _width, height: _height, ...layout } = spec.layout
  const axisDefaults = { gridcolor: theme.line, linecolor: theme.line, zerolinecolor: theme.line, automargin: true }
  const axes = Object.fromEntries(
    Object.keys({ xaxis: 1, yaxis: 1, ...layout })
      .filter((key) => /^[xy]axis\d*$/.test(key))
      .map((key) => {
        const axis = record(layout[key])
        return [key, { ...axisDefaults, ...axis }]
      }),
  )
  const data = traces(spec, gl, theme.colours)
  return {
    usesGl: data.some(needsGl),
    data: data.map((trace) =>
      trace['type'] === 'table'
        ? {
            ...trace,
            header: { fill: { color: theme.line }, ...record(trace['header']) },
            cells: { fill: { color: theme.surface }, ...record(trace['cells']) },
          }
        : trace,
    ),
    layout: {
      colorway: theme.colours,
      margin: { t: 16, r: 16, b: 48, l: 56 },
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' },
      ...layout,
      ...axes,
      font: { family: 'Inter Variable, system-ui, sans-serif', size: 12, ...record(layout['font']), color: theme.text },
      hoverlabel: { bgcolor: theme.surface, bordercolor: theme.line, font: { color: theme.text } },
      paper_bgcolor: 'rgba(0,0,0,0)',
      plot_bgcolor: 'rgba(0,0,0,0)',
      ...(touch ? { dragmode: false } : {}),
      autosize: false,
    },
  }
}
