import { unpacked, type ChartSpec } from './figure'
import { locales } from './words'

/** What we use of Plotly. */
export interface PlotlyApi {
  react: (element: HTMLElement, data: unknown[], layout: Record<string, unknown>, config: Record<string, unknown>) => Promise<unknown>
  purge: (element: HTMLElement) => void
}

let loading: Promise<PlotlyApi> | null = null

/** Loads Plotly when the first chart is seen. The strict build makes no programs from texts, which the portal's policy forbids. */
export function loadPlotly(): Promise<PlotlyApi> {
  loading ??= import('plotly.js-strict-dist-min')
    .then(({ default: plotly }) => plotly)
    .catch((error: unknown) => {
      loading = null
      throw error
    })
  return loading
}

let gl: boolean | null = null

/** Whether this browser draws on a graphics card, or as if. */
export function hasGl(): boolean {
  if (gl === null) {
    const context = globalThis.document.createElement('canvas').getContext('webgl')
    gl = context !== null
    context?.getExtension('WEBGL_lose_context')?.loseContext()
  }
  return gl
}

/** Nothing of a chart is offered to be sent anywhere, which Plotly does unless it is told not to. */
const config = {
  ...{ displaylogo: false, responsive: false, showTips: false, scrollZoom: false, plotGlPixelRatio: 1 },
  ...{ showSendToCloud: false, plotlyServerURL: '', locales },
}

/**
 * Grounds that are free, of charts that were drawn with the graphics card: to make contexts and their programs takes longer than to draw.
 * Plotly itself leaves contexts to the garbage collector, and browsers allow few of them.
 */
const spare: HTMLElement[] = []
/** As many as charts may be drawn so at once: see the stage. */
const mostSpare = 4
/** Grounds on which nothing stays of what was there before. */
const flat = new WeakSet<HTMLElement>()
const notFlat = new Set<unknown>(['scatter3d', 'surface', 'parcoords'])

const groundOf = (element: HTMLElement): HTMLElement | null => element.querySelector<HTMLElement>(':scope > div')

const contextsOf = (ground: HTMLElement): WebGLRenderingContext[] =>
  [...ground.querySelectorAll<HTMLCanvasElement>('canvas.gl-canvas')].flatMap((canvas) => canvas.getContext('webgl') ?? [])

/** Draws a figure into an element of that size, in pixels; again for one that is drawn already. */
export async function draw(
  element: HTMLElement,
  spec: ChartSpec & { usesGl: boolean },
  size: { width: number; height: number },
): Promise<void> {
  const plotly = await loadPlotly()
  const isFlat = spec.usesGl && !spec.data.some(({ type }) => notFlat.has(type))
  const ground = groundOf(element) ?? (isFlat ? spare.pop() : undefined) ?? globalThis.document.createElement('div')
  if (isFlat) flat.add(ground)
  else flat.delete(ground)
  if (ground.parentElement !== element) element.replaceChildren(ground)
  // Plotly writes into what it is given.
  const data = spec.data.map(unpacked)
  await plotly.react(
    ground,
    data,
    { ...structuredClone(spec.layout), ...size },
    { ...config, locale: document.documentElement.lang || 'en' },
  )
}

/** Takes a drawing away, with all that it holds. */
export async function clear(element: HTMLElement): Promise<void> {
  const ground = groundOf(element)
  if (!ground) return
  const plotly = await loadPlotly()
  ground.remove()
  const contexts = contextsOf(ground)
  if (flat.has(ground) && spare.length < mostSpare && contexts.length > 0 && !contexts.some((context) => context.isContextLost())) {
    // What was said of the point under the pointer would be said of the next chart.
    ground.querySelector('.hoverlayer')?.replaceChildren()
    spare.push(ground)
    return
  }
  plotly.purge(ground)
  for (const context of contexts) context.getExtension('WEBGL_lose_context')?.loseContext()
}
