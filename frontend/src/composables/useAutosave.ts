import { useEventListener } from '@vueuse/core'
import { computed, customRef, onScopeDispose, ref, shallowRef, watch, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../api/client'

/** Where a form is kept. */
export interface Keeper<T> {
  /** Stores some fields on top of what was read or written last. @returns all of them as they are stored now */
  write: (changes: Partial<T>) => Promise<T>
  /** Reads what is stored now; the next write is on top of that. */
  read: () => Promise<T>
  /** Whether a write was refused because someone else was faster. */
  isConflict: (problem: ApiProblem) => boolean
  /** What would be stored of what was typed: without blanks and half-filled rows. */
  clean?: (typed: T) => T
  /** What cannot be stored as it is, by its path; such a field waits until it can. */
  mistakes?: (typed: T) => Record<string, string>
}

export type SaveState = 'saved' | 'waiting' | 'saving' | 'mistake' | 'conflict' | 'failed'

export interface Autosave<T> {
  /** What the form shows. Replaced as a whole, whatever of it is changed. */
  form: Ref<T>
  state: ComputedRef<SaveState>
  problem: ShallowRef<ApiProblem | null>
  mistakes: ComputedRef<Record<string, string>>
  /** Fields that were changed here and elsewhere, with what they are elsewhere. */
  theirs: Ref<Partial<T>>
  /** Takes in what is stored now, as it was read for another reason. @returns false while something is on its way, whose answer brings the rest */
  take: (stored: T) => boolean
  /** Stores what is left to store. @returns whether all is stored */
  flush: () => Promise<boolean>
  /** Ends a conflict in favour of what is here, or of what is there. */
  settle: (keep: 'mine' | 'theirs') => Promise<boolean>
}

/** Milliseconds of quiet after which what was typed is stored. */
const quietMs = 700
/** How often someone else may be faster before it is given up. */
const mostRefusals = 3

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other)

/** A copy of plain data, also of what Vue watches. */
function copyOf<V>(value: V): V {
  return value === undefined ? value : (JSON.parse(JSON.stringify(value)) as V)
}

/** A value that is replaced as a whole, of whatever type: Vue's own type asks whether it is a ref already, which nobody can say of a `T`. */
function plainRef<V>(value: V): Ref<V> {
  let present = value
  return customRef((track, trigger) => ({
    get: () => {
      track()
      return present
    },
    set: (next) => {
      present = next
      trigger()
    },
  }))
}

/**
 * A form that stores itself, field by field, so that it can be left at any time. What others change meanwhile comes into it; a field that
 * was changed in both places waits until someone chooses.
 * @param stored what is stored now, with every field
 */
export function useAutosave<T extends object>(stored: T, keeper: Keeper<T>): Autosave<T> {
  const form = plainRef(copyOf(stored))
  /** What is stored, as far as is known here. */
  const base = plainRef(copyOf(stored))
  const theirs = plainRef<Partial<T>>({})
  const problem = shallowRef<ApiProblem | null>(null)
  const writing = ref(false)
  const keys = Object.keys(stored) as (keyof T & string)[]

  const typed = computed(() => (keeper.clean ? keeper.clean(form.value) : form.value))
  const mistakes = computed(() => keeper.mistakes?.(form.value) ?? {})
  const ready = computed(() => {
    const held = new Set([...Object.keys(mistakes.value).map((path) => path.split('.')[0]), ...Object.keys(theirs.value)])
    return keys.filter((key) => !held.has(key) && !same(typed.value[key], base.value[key]))
  })
  const state = computed((): SaveState => {
    if (Object.keys(theirs.value).length > 0) return 'conflict'
    if (writing.value) return 'saving'
    if (problem.value) return 'failed'
    if (ready.value.length > 0) return 'waiting'
    return Object.keys(mistakes.value).length > 0 ? 'mistake' : 'saved'
  })

  const show = (fields: Partial<T>): void => {
    form.value = { ...form.value, ...copyOf(fields) }
  }

  /** Takes in what is stored now; `written` is what of it was just stored from here. */
  function merge(now: T, written: Partial<T> = {}): void {
    const contested = { ...theirs.value }
    for (const key of keys) {
      const mine = typed.value[key]
      if (key in written) {
        // The portal may write it in another way; that is shown unless one has typed on.
        if (same(mine, written[key]) && !same(mine, now[key])) show({ [key]: now[key] } as unknown as Partial<T>)
        continue
      }
      if (same(now[key], base.value[key])) continue
      if (same(mine, base.value[key])) show({ [key]: now[key] } as unknown as Partial<T>)
      else if (!same(mine, now[key])) contested[key] = now[key]
    }
    base.value = copyOf(now)
    theirs.value = contested
  }

  async function write(): Promise<boolean> {
    writing.value = true
    problem.value = null
    try {
      // What is typed while something is on its way goes with the next round.
      for (let refusals = 0; ready.value.length > 0;) {
        const changes: Partial<T> = {}
        for (const key of ready.value) changes[key] = copyOf(typed.value[key])
        try {
          merge(await keeper.write(changes), changes)
        } catch (error) {
          const refusal = asProblem(error)
          if (!keeper.isConflict(refusal) || refusals >= mostRefusals) throw refusal
          refusals += 1
          merge(await keeper.read())
        }
      }
    } catch (error) {
      problem.value = asProblem(error)
    } finally {
      writing.value = false
    }
    return state.value === 'saved'
  }

  let last: Promise<boolean> = Promise.resolve(true)
  let timer: ReturnType<typeof setTimeout> | undefined
  function flush(): Promise<boolean> {
    clearTimeout(timer)
    last = last.then(write)
    return last
  }

  function settle(keep: 'mine' | 'theirs'): Promise<boolean> {
    if (keep === 'theirs') show(theirs.value)
    theirs.value = {}
    return flush()
  }

  watch(typed, () => {
    clearTimeout(timer)
    if (ready.value.length > 0) timer = setTimeout(() => void flush(), quietMs)
  })
  useEventListener(globalThis, 'beforeunload', (event: BeforeUnloadEvent) => {
    if (state.value !== 'saved') event.preventDefault()
  })
  onScopeDispose(() => {
    clearTimeout(timer)
    if (ready.value.length > 0) void flush()
  })

  return {
    form,
    state,
    problem,
    mistakes,
    theirs,
    take: (now) => {
      if (!writing.value) merge(now)
      return !writing.value
    },
    flush,
    settle,
  }
}
