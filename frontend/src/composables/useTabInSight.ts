import { watch, type Ref } from 'vue'

/**
 * Scrolls a row of tabs that is wider than the page so that the current one (`aria-current=page`) is in its middle.
 * @param bar the row, which is what its tabs are placed in
 * @param here changes with the current tab, or with the tabs
 */
export function useTabInSight(bar: Readonly<Ref<HTMLElement | null>>, here: () => unknown): void {
  watch(
    [here, bar],
    () => {
      const row = bar.value
      const tab = row?.querySelector<HTMLElement>('[aria-current=page]')
      if (row && tab) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2
    },
    { flush: 'post' },
  )
}
