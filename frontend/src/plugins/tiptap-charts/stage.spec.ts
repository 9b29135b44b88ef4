import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Stage, type Actor } from './stage'

/** What the browser's observer says of elements is said here by the test. */
class Observer {
  static readonly all: Observer[] = []
  constructor(readonly tell: (entries: { target: Element; isIntersecting: boolean }[]) => void) {
    Observer.all.push(this)
  }
  readonly observe = (): void => undefined
  readonly unobserve = (): void => undefined
}

const drawn: string[] = []
let stage: Stage

/** A chart with its upper edge so many pixels below that of the window. */
function chart(name: string, at: { top: number }): Actor {
  const element = document.createElement('div')
  element.getBoundingClientRect = () => new DOMRect(0, at.top, 800, 300)
  return {
    element,
    enter: () => {
      drawn.push(name)
      return Promise.resolve(false)
    },
    leave: () => void drawn.push(`-${name}`),
  }
}

const says = (observer: number, actor: Actor, isIntersecting: boolean): void =>
  Observer.all[observer]?.tell([{ target: actor.element, isIntersecting }])
const isNear = (actor: Actor, yes = true): void => says(0, actor, yes)
const isAround = (actor: Actor, yes = true): void => says(1, actor, yes)
const scroll = (): boolean => document.dispatchEvent(new Event('scroll'))
const after = async (ms: number): Promise<string[]> => {
  await vi.advanceTimersByTimeAsync(ms)
  return drawn.splice(0)
}

beforeEach(() => {
  vi.useFakeTimers()
  vi.stubGlobal('IntersectionObserver', Observer)
  Observer.all.length = 0
  drawn.length = 0
  stage = new Stage()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

describe('the stage of charts', () => {
  it('draws nothing while the page scrolls, then what is seen, and what is near once the page stays', async () => {
    const seen = chart('seen', { top: 100 })
    const near = chart('near', { top: window.innerHeight + 200 })
    for (const actor of [near, seen]) {
      stage.add(actor)
      isNear(actor)
    }
    for (let step = 0; step < 10; step += 1) {
      scroll()
      expect(await after(50)).toEqual([])
    }
    expect(await after(200)).toEqual(['seen'])
    expect(await after(400)).toEqual([])
    expect(await after(1000)).toEqual(['near'])
  })

  it('draws one in a frame, and stops when the page scrolls again', async () => {
    const actors = ['one', 'two', 'three'].map((name, index) => chart(name, { top: index * 10 }))
    for (const actor of actors) {
      stage.add(actor)
      isNear(actor)
    }
    // The nearest to the middle of the window comes first.
    const first = actors.at(-1)
    if (first) first.enter = () => Promise.resolve(scroll() && false)
    expect(await after(100)).toEqual([])
    expect((await after(400)).length).toBe(2)
  })

  it('gives back what is far away once the page stays', async () => {
    const at = { top: 0 }
    const actor = chart('one', at)
    stage.add(actor)
    isAround(actor)
    isNear(actor)
    expect(await after(100)).toEqual(['one'])
    at.top = 9000
    scroll()
    isNear(actor, false)
    isAround(actor, false)
    expect(await after(600)).toEqual([])
    expect(await after(1000)).toEqual(['-one'])
  })
})
