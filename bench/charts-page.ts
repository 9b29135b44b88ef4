/// <reference lib="dom" />
// The half of the bench of charts that runs in the page: it scrolls, and counts what comes of it.

/** How a page is scrolled: without a rest, or in steps. */
export interface Scrolling {
  /** Pixels a second. */
  speed: number
  /** Milliseconds of each step, and of the rest after it; a rest of 0 is none. */
  goMs: number
  restMs: number
  /** Whether it goes to the end alone, and not back. */
  oneWay?: boolean
}

/** What scrolling through the whole page and back showed. */
export interface Scrolled {
  /** Milliseconds between two frames, of those in which the page moved. */
  frames: number[]
  /** Frames a second while the page moved. */
  fps: number
  /** Milliseconds from the page's last move until a chart was drawn, of each. */
  drawnMs: number[]
  /** Milliseconds of each task above 50 ms. */
  tasksMs: number[]
  /** Living WebGL contexts at most. */
  contexts: number
}

declare global {
  interface Window {
    /** Each context that was ever made, as long as somebody holds it. */
    madeContexts: WeakRef<WebGLRenderingContext | WebGL2RenderingContext>[]
  }
}

/** Runs before the page's own scripts: remembers each WebGL context. */
export function watchContexts(): void {
  window.madeContexts = []
  const original: unknown = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, 'getContext')?.value
  if (typeof original !== 'function') return
  const value = function (this: HTMLCanvasElement, ...words: unknown[]): unknown {
    const context: unknown = Reflect.apply(original, this, words)
    const isGl = context instanceof WebGLRenderingContext || context instanceof WebGL2RenderingContext
    // A canvas that is asked again answers the same.
    if (isGl && !window.madeContexts.some((each) => each.deref() === context)) window.madeContexts.push(new WeakRef(context))
    return context
  }
  Object.defineProperty(HTMLCanvasElement.prototype, 'getContext', { value })
}

/** Puts an empty box of the same height in the place of each chart. @returns how many there were */
export function emptyCharts(): number {
  const charts = [...document.querySelectorAll<HTMLElement>('figure.chart')]
  for (const chart of charts) {
    const box = document.createElement('div')
    box.style.height = `${chart.getBoundingClientRect().height}px`
    chart.replaceWith(box)
  }
  return charts.length
}

/** Waits until no chart was drawn for so many milliseconds. */
export function untilAllIsDrawn(quietMs: number): Promise<void> {
  return new Promise((done) => {
    const end = (): void => {
      drawings.disconnect()
      done()
    }
    let timer = setTimeout(end, quietMs)
    const drawings = new MutationObserver(() => {
      clearTimeout(timer)
      timer = setTimeout(end, quietMs)
    })
    drawings.observe(document.body, { subtree: true, attributeFilter: ['data-chart-state'] })
  })
}

/** Scrolls to the end and back, and says what that was like. */
export function scrollThrough({ speed, goMs, restMs, oneWay = false }: Scrolling): Promise<Scrolled> {
  const bottom = document.documentElement.scrollHeight - window.innerHeight
  const living = (): number => {
    window.madeContexts = window.madeContexts.filter((each) => each.deref()?.isContextLost() === false)
    return window.madeContexts.length
  }
  const movedAfter = (ms: number): number =>
    restMs === 0 ? ms : Math.floor(ms / (goMs + restMs)) * goMs + Math.min(goMs, ms % (goMs + restMs))
  const tasks: number[] = []
  const longTasks = new PerformanceObserver((list) => tasks.push(...list.getEntries().map(({ duration }) => duration)))
  longTasks.observe({ type: 'longtask' })
  const drawnMs: number[] = []
  let movedAt = 0
  const drawings = new MutationObserver((changes) => {
    for (const { target } of changes)
      if (target instanceof HTMLElement && target.dataset['chartState'] === 'drawn') drawnMs.push(performance.now() - movedAt)
  })
  drawings.observe(document.body, { subtree: true, attributeFilter: ['data-chart-state'] })
  return new Promise((done) => {
    const frames: number[] = []
    let counted = 0
    let contexts = 0
    let start = 0
    let last = 0
    const step = (now: number): void => {
      const [before, after] = [movedAfter(last - start), movedAfter(now - start)]
      if (after > before) {
        frames.push(now - last)
        // A frame that began before the page moved counts as much as it had to do with that.
        counted += (after - before) / (now - last)
        movedAt = now
      }
      last = now
      contexts = Math.max(contexts, living())
      const way = (after / 1000) * speed
      if (way < (oneWay ? 1 : 2) * bottom) {
        window.scrollTo(0, way < bottom ? way : 2 * bottom - way)
        requestAnimationFrame(step)
        return
      }
      tasks.push(...longTasks.takeRecords().map(({ duration }) => duration))
      longTasks.disconnect()
      drawings.disconnect()
      done({ frames, fps: (counted / after) * 1000, drawnMs, tasksMs: tasks, contexts })
    }
    window.scrollTo(0, 0)
    requestAnimationFrame((now) => {
      start = last = now
      requestAnimationFrame(step)
    })
  })
}
