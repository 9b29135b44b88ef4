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
/** Milliseconds after which a scroll is over, and what can be seen is drawn. */
const rest = 120
/**
 * Milliseconds after which whoever scrolled stays where they are: then what is just out of sight is drawn too, and what is far away
 * given back. Before, either would be in the way of the next scroll, since each keeps the page busy for longer than a frame.
 */
const calm = 900
/** Charts that may be drawn at once before those that are far away are given back at each rest. */
const most = 12
/** Charts with contexts on the graphics card that may live at once: browsers have 16 contexts, and a chart takes up to three. */
const glPlaces = 4

/**
 * Decides when charts are drawn: those in the window as soon as the page rests, those near it once it stays, one in a frame, and none
 * while the page scrolls, so that a report with many charts scrolls like one with none. What is far away is given back.
 */
export class Stage {
  private readonly actors = new Map<Element, Actor>()
  /** Those near the window, drawn or not. */
  private readonly close = new Set<Actor>()
  private readonly live = new Set<Actor>()
  /** Those that are far away, drawn or not. */
  private readonly away = new Set<Actor>()
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
      this.away.delete(actor)
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
    if (this.close.size + this.live.size > 0) this.plan(rest)
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
      if (!actor) continue
      if (isIntersecting) this.away.delete(actor)
      else this.away.add(actor)
    }
    if (this.live.size > 0) this.plan(rest)
  }

  private giveBack(actor: Actor): void {
    if (this.live.delete(actor)) actor.leave()
  }

  private plan(wait: number): void {
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      this.timer = null
      // After a frame: only then it is known whether the page scrolls.
      requestAnimationFrame(() => void this.next())
    }, wait)
  }

  /**
   * The next to draw, and those that have to make room for it; the nearest to the middle of the window come first.
   * @param onlySeen leaves those out that are not in the window
   */
  private choose(onlySeen: boolean): { actor: Actor; leaving: Actor[] } | null {
    const height = globalThis.innerHeight
    const seen = new Set<Actor>()
    const distances = new Map(
      [...this.close, ...this.live].map((actor) => {
        const { top, bottom } = actor.element.getBoundingClientRect()
        if (bottom > 0 && top < height) seen.add(actor)
        return [actor, Math.abs((top + bottom) / 2 - height / 2)] as const
      }),
    )
    const byDistance = [...distances].toSorted((a, b) => a[1] - b[1]).map(([actor]) => actor)
    const onCard = byDistance.filter((actor) => this.onCard.has(actor))
    const without = new Set(onCard.slice(glPlaces))
    for (const actor of byDistance) {
      if (!this.close.has(actor) || without.has(actor) || (onlySeen && !seen.has(actor))) continue
      if (!this.live.has(actor) || this.stale.has(actor)) return { actor, leaving: [...without].filter((other) => this.live.has(other)) }
    }
    return null
  }

  private async next(): Promise<void> {
    if (this.busy) return
    const since = performance.now() - this.scrolledAt
    if (since < rest) {
      this.plan(rest - since)
      return
    }
    const choice = this.choose(since < calm)
    const gone = [...this.live].find((actor) => this.away.has(actor))
    if (choice) await this.draw(choice.actor, choice.leaving)
    else if (gone && (since >= calm || this.live.size > most)) {
      this.giveBack(gone)
      this.plan(0)
    } else if (since < calm) this.plan(calm - since)
  }

  private async draw(actor: Actor, leaving: readonly Actor[]): Promise<void> {
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
