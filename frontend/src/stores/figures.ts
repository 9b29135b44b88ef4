import { useDebounceFn, useEventListener, useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../api/client'
import * as api from '../api/figures'
import type { Figure, FigureInput } from '../api/figures'
import { readFigure, type ChartSpec } from '../plugins/tiptap-charts/figure'
import { useLiveStore } from './live'

/** What a figure draws, as it may be put into a text. */
export interface FigureDrawing {
  figure: string
  spec: ChartSpec
  hash: string
  updatedAt: string
}

/** Who is not signed in hears of no change: then the list is read again so often (milliseconds) while it is looked at. */
const pollMs = 60_000
/** Drawings that are kept, so that one which was just looked at is there at once. */
const mostKept = 30

const byName = (one: Figure, other: Figure): number => (one.name < other.name ? -1 : 1)

/** The figures of the project that is open. */
export const useFiguresStore = defineStore('figures', () => {
  const live = useLiveStore()

  const projectId = ref('')
  const items = shallowRef<Figure[]>([])
  const loaded = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)
  const kept = new Map<string, FigureDrawing>()
  let round = 0

  async function load(id: string): Promise<void> {
    if (projectId.value !== id) {
      projectId.value = id
      items.value = []
      loaded.value = false
      problem.value = null
      kept.clear()
    }
    round += 1
    const mine = round
    try {
      const answer = await api.listFigures(id)
      if (mine !== round) return
      items.value = answer
      loaded.value = true
      problem.value = null
    } catch (error) {
      if (mine === round) problem.value = asProblem(error)
    }
  }

  // ---- Those who look at it ------------------------------------------------------------------------------------------
  let readers = 0
  const readAgain = useDebounceFn((id: string) => (id === projectId.value ? load(id) : undefined), 150, { maxWait: 1000 })
  /** Without a stream of events. */
  function ask(): void {
    if (readers > 0 && loaded.value && live.status.state === 'ended' && globalThis.document.visibilityState === 'visible')
      void load(projectId.value)
  }
  useIntervalFn(ask, pollMs)
  useEventListener(globalThis.document, 'visibilitychange', ask)
  live.on('figure.changed', (change) => {
    if (change.projectId === projectId.value) void readAgain(change.projectId)
  })
  live.on('resumed', () => {
    if (projectId.value) void readAgain(projectId.value)
  })

  /** Reads the list once for all who need it, and keeps it as it is now until the answered function is called. */
  function follow(id: string): () => void {
    // Nobody has looked for a while, and nothing was heard meanwhile.
    const isOld = readers === 0 && live.status.state === 'ended'
    readers += 1
    if (projectId.value !== id || isOld || (!loaded.value && problem.value)) void load(id)
    return () => {
      readers -= 1
    }
  }

  // ---- One of them ---------------------------------------------------------------------------------------------------
  /** What a figure draws now. @throws ApiProblem */
  async function drawing(id: string): Promise<FigureDrawing> {
    const known = kept.get(id)
    if (known && known.hash === items.value.find((figure) => figure.id === id)?.hash) return known
    const { spec, hash, updatedAt } = await api.getFigureSpec(id)
    // Without Python's own style, in the colours of the page.
    const read = { figure: id, spec: readFigure(spec).spec, hash, updatedAt }
    kept.delete(id)
    kept.set(id, read)
    for (const oldest of [...kept.keys()].slice(0, Math.max(0, kept.size - mostKept))) kept.delete(oldest)
    return read
  }

  /** Makes a figure, or replaces what the one of that name shows. @throws ApiProblem */
  async function put(id: string, name: string, input: FigureInput): Promise<Figure> {
    const figure = await api.pushFigure(id, name, input)
    if (projectId.value === id) items.value = [...items.value.filter((one) => one.id !== figure.id), figure].toSorted(byName)
    return figure
  }

  /** @throws ApiProblem */
  async function remove({ id }: Pick<Figure, 'id'>): Promise<void> {
    await api.deleteFigure(id)
    items.value = items.value.filter((one) => one.id !== id)
  }

  return { projectId, items, loaded, problem, load, follow, drawing, put, remove }
})
