import { computed, onScopeDispose, watch, type ComputedRef } from 'vue'
import type { Figure } from '../../api/figures'
import { useFiguresStore } from '../../stores/figures'

/** Has the figures of a project read, and kept as they are now, for as long as what uses it is on the page. */
export function useFollowed(projectId: () => string): void {
  const figures = useFiguresStore()
  let off = (): void => undefined
  watch(
    projectId,
    (project) => {
      off()
      off = figures.follow(project)
    },
    { immediate: true },
  )
  onScopeDispose(() => off())
}

export interface FigureNow {
  /** The figure as it is now; null when it is not known, or gone. */
  figure: ComputedRef<Figure | null>
  state: ComputedRef<'waiting' | 'there' | 'gone' | 'unreadable'>
  /** Asks again after it could not be read. */
  again: () => void
}

/** The figure that a chart was taken from, as it is now. */
export function useFigure(projectId: () => string, id: () => string): FigureNow {
  const figures = useFiguresStore()
  useFollowed(projectId)
  const isHere = computed(() => figures.projectId === projectId())
  const figure = computed(() => (isHere.value ? (figures.items.find((one) => one.id === id()) ?? null) : null))
  const state = computed(() => {
    if (figure.value) return 'there'
    if (!isHere.value) return 'waiting'
    if (figures.loaded) return 'gone'
    return figures.problem ? 'unreadable' : 'waiting'
  })
  return { figure, state, again: () => void figures.load(projectId()) }
}
