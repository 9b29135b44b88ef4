/** A chart as the stage sees it. */
export interface Actor {
  element: HTMLElement
  /** Draws it. Answers whether it took one of the few places on the graphics card. */
  enter: () => Promise<boolean>
  /** Gives back all that drawing took. */
  leave: () => void
}

/** Pixels around the window within which charts are drawn, and beyond which they are given back. */
const near = 700
const far = 2200
/** Milliseconds after which a scroll is over. */
const rest = 120
/** Charts with contexts on the graphics card that may live at once: browsers have 16 contexts, and a chart takes up to three. */
const glPlaces = 4

/**
 * Decides when charts are drawn: when they come near the window, one after the other, and never while the page scrolls, so that
 * a report with many charts scrolls like one with none. What is far away is given back.
 */
export class Stage {
  private readonly actors = new Map<Element, Actor>()
  /** Those near the window, drawn or not. */
  private readonly close = new Set<Actor>()
  private readonly live = new Set<Actor>()
  /** Those that have changed since they were drawn. */
  private readonly stale = new Set<Actor>()
  /** Those that were seen to need a place on the graphics card. */
  private readonly onCard = new WeakSet<Actor>()
  private readonly nearby: IntersectionObserver
  private readonly around: IntersectionObserver
  private scrolledAt = -Infinity
  private timer: ReturnType<typeof setTimeout> | null = null
  private busy = false

  constructor() {
    this.nearby = new IntersectionObserver((entries) => this.seen(entries), { rootMargin: `${near}px 0px` })
    this.around = new IntersectionObserver((entries) => this.lost(entries), { rootMargin: `${far}px 0px` })
    // In the capture phase: whatever scrolls on the page.
    globalThis.document.addEventListener('scroll', this.onScroll, { capture: true, passive: true })
  }

  /** Takes a chart on until the answered function is called. */
  add(actor: Actor): () => void {
    this.actors.set(actor.element, actor)
    this.nearby.observe(actor.element)
    this.around.observe(actor.element)
    return () => {
      this.actors.delete(actor.element)
      this.nearby.unobserve(actor.element)
      this.around.unobserve(actor.element)
      this.close.delete(actor)
      this.stale.delete(actor)
      this.giveBack(actor)
    }
  }

  /** Draws a chart again that has changed, now or when it is seen. */
  again(element: Element): void {
    const actor = this.actors.get(element)
    if (!actor) return
    // Also while it is drawn: what is drawn then is what it was.
    this.stale.add(actor)
    this.plan(0)
  }

  private readonly onScroll = (): void => {
    this.scrolledAt = performance.now()
    if (this.close.size > 0) this.plan(rest)
  }

  private seen(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const actor = this.actors.get(target)
      if (!actor) continue
      if (isIntersecting) this.close.add(actor)
      else this.close.delete(actor)
    }
    this.plan(0)
  }

  private lost(entries: readonly IntersectionObserverEntry[]): void {
    for (const { target, isIntersecting } of entries) {
      const actor = this.actors.get(target)
      if (actor && !isIntersecting) this.giveBack(actor)
    }
  }

  private giveBack(actor: Actor): void {
    if (this.live.delete(actor)) actor.leave()
  }

  private plan(wait: number): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = null
      void this.next()
    }, wait)
  }

  /** The next to draw, and those that have to make room for it; the nearest to the middle of the window come first. */
  private choose(): { actor: Actor; leaving: Actor[] } | null {
    const middle = globalThis.innerHeight / 2
    const distances = new Map(
      [...this.close, ...this.live].map((actor) => {
        const { top, bottom } = actor.element.getBoundingClientRect()
        return [actor, Math.abs((top + bottom) / 2 - middle)] as const
      }),
    )
    const byDistance = [...distances].toSorted((a, b) => a[1] - b[1]).map(([actor]) => actor)
    const onCard = byDistance.filter((actor) => this.onCard.has(actor))
    const without = new Set(onCard.slice(glPlaces))
    for (const actor of byDistance) {
      if (!this.close.has(actor) || without.has(actor)) continue
      if (!this.live.has(actor) || this.stale.has(actor)) return { actor, leaving: [...without].filter((other) => this.live.has(other)) }
    }
    return null
  }

  private async next(): Promise<void> {
    if (this.busy) return
    const left = rest - (performance.now() - this.scrolledAt)
    if (left > 0) {
      this.plan(left)
      return
    }
    const choice = this.choose()
    if (!choice) return
    const { actor, leaving } = choice
    for (const other of leaving) this.giveBack(other)
    this.stale.delete(actor)
    this.busy = true
    try {
      if (await actor.enter()) this.onCard.add(actor)
      else this.onCard.delete(actor)
    } finally {
      this.busy = false
    }
    if (this.actors.get(actor.element) !== actor) actor.leave()
    else this.live.add(actor)
    this.plan(0)
  }
}

let stage: Stage | null = null

/** The one stage of the page. */
export const theStage = (): Stage => (stage ??= new Stage())
