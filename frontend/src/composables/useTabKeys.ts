import { nextTick } from 'vue'

/**
 * Moves along a row of tabs, or of choices, by the arrow keys, Home and End, round and round, and takes the focus along.
 * Tabs say their name by `data-tab`; all but the current one are left out by the Tab key.
 * @param names of the tabs as they stand, from the left
 * @param show shows the tab that one came to
 * @returns what to do with a key pressed in the element of role `tablist` or `radiogroup`
 */
export function useTabKeys<T extends string>(
  names: () => readonly T[],
  current: () => T,
  show: (name: T) => void,
): (event: KeyboardEvent) => Promise<void> {
  return async (event) => {
    const all = names()
    const at = all.indexOf(current())
    const places: Partial<Record<string, number>> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }
    const next = places[event.key]
    const name = next === undefined ? undefined : all.at(next % all.length)
    const list = event.currentTarget
    if (name === undefined || !(list instanceof HTMLElement)) return
    event.preventDefault()
    show(name)
    await nextTick()
    list.querySelector<HTMLElement>(`[data-tab="${name}"]`)?.focus()
  }
}
