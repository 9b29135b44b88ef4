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

/** Draws a figure into an element of that size, in pixels; again for one that is drawn already. */
export async function draw(element: HTMLElement, spec: ChartSpec, size: { width: number; height: number }): Promise<void> {
  const plotly = await loadPlotly()
  // Plotly writes into what it is given.
  const data = spec.data.map(unpacked)
  await plotly.react(element, data, { ...structuredClone(spec.layout), ...size }, { ...config, locale: document.documentElement.lang || 'en' })
}

/** Takes a drawing away, with all that it holds. */
export async function clear(element: HTMLElement): Promise<void> {
  if (element.childElementCount === 0) return
  ;(await loadPlotly()).purge(element)
}
