import { useEventListener, useMutationObserver } from '@vueuse/core'
import { watch, type Ref } from 'vue'

const stops =
  'a[href], button:not(:disabled), input:not(:disabled, [type=hidden]), select:not(:disabled), textarea:not(:disabled), [contenteditable=true], [tabindex]:not([tabindex="-1"])'

/** Where an element stood in one of the elements around it. */
interface Place {
  around: Element
  /** Which of its children it was, or was in. */
  child: number
  /** Which of the stops of that child it was. */
  stop: number
}

/** What had the keyboard, and where it stood, from the inside out. */
interface Holder {
  element: HTMLElement
  places: Place[]
  /** Whether the focus was to be seen: what a mouse has pressed is not worth a ring, nor a keyboard on a small screen. */
  shown: boolean
}

const stopsIn = (element: Element): Element[] =>
  [...(element.matches(stops) ? [element] : []), ...element.querySelectorAll(stops)].filter(
    (stop) => (stop.getAttribute('tabindex') ?? '0') !== '-1' && !stop.closest('[hidden], [inert], [aria-hidden=true]'),
  )

function holderOf(element: HTMLElement): Holder {
  const places: Place[] = []
  for (let inner: Element = element; inner.parentElement && inner.parentElement !== document.body; inner = inner.parentElement) {
    const around = inner.parentElement
    places.push({ around, child: [...around.children].indexOf(inner), stop: Math.max(0, stopsIn(inner).indexOf(element)) })
  }
  return { element, places, shown: element.matches(':focus-visible') }
}

function give(element: Element | null | undefined, preventScroll = false): boolean {
  if (!(element instanceof HTMLElement) || !element.isConnected) return false
  element.focus({ preventScroll })
  return document.activeElement === element
}

/** So that the next Tab goes on in it, from its beginning. */
function enter(element: Element | null | undefined): boolean {
  if (element && !element.hasAttribute('tabindex')) element.setAttribute('tabindex', '-1')
  return give(element, true)
}

/**
 * The keyboard keeps its place. When what has the focus goes away (a row that is deleted, a form that closes, a page that gives way
 * to the next one), a browser begins at the top of the page again. Here the focus goes to what takes its place instead: the same
 * control of the row that moved up, what is shown instead of a list, or the beginning of the new page. What takes the focus by
 * itself, keeps it.
 *
 * @param root the page, without what opens over it
 * @param main where a new page is shown
 * @param path says when there is another page
 */
export function useKeptFocus(root: Readonly<Ref<HTMLElement | null>>, main: Readonly<Ref<HTMLElement | null>>, path: () => string): void {
  /** Whoever had it last, and who had it before something opened over the page. */
  let last: Holder | null = null
  let below: Holder | null = null
  /** Whether there is another page since something in it had the keyboard. What is open over it, and closes bit by bit, is not the page. */
  let moved = false

  watch(path, () => (moved = true), { flush: 'sync' })
  useEventListener(document, 'focusin', ({ target }) => {
    if (!(target instanceof HTMLElement)) return
    last = holderOf(target)
    if (!root.value?.contains(target)) return
    below = last
    moved = false
  })
  useMutationObserver(
    () => document.body,
    (records) => {
      if (!last || (document.activeElement ?? document.body) !== document.body) return
      const { element } = last
      const taken = records.flatMap(({ removedNodes }) => [...removedNodes])
      if (!element.isConnected || taken.some((node) => node.contains(element))) restore(last)
      // One that had not yet taken the focus, but had taken it away.
      else if (taken.some((node) => node instanceof Element && node.querySelector('[role=dialog]'))) restore(last)
    },
    { childList: true, subtree: true },
  )

  function restore(holder: Holder): void {
    if (give(holder.element)) return
    const place = holder.places.find(({ around }) => around.isConnected)
    // What was open over the page is gone as a whole.
    if (!place) {
      if (moved) enter(main.value)
      else if (below && below !== holder) restore(below)
      return
    }
    const isOver = !root.value?.contains(place.around)
    if ((isOver || !moved) && holder.shown) {
      const taker = place.around.children[Math.min(place.child, place.around.children.length - 1)]
      const found = taker ? stopsIn(taker) : []
      if (give(found[Math.min(place.stop, found.length - 1)])) return
    }
    if (!enter(place.around)) enter(main.value)
  }
}
