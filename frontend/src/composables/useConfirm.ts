import { ref, shallowRef } from 'vue'
import type { Ref, ShallowRef } from 'vue'
import type { ApiProblem } from '../api/client'
import { useAction } from './useProblem'

/** A question before something is done to a thing, as a `ConfirmDialog` shows it. */
export interface Confirm<T> {
  /** What the question is about. It stays while the dialog goes, so that its words do not change under one's eyes. */
  target: ShallowRef<T | null>
  open: Ref<boolean>
  pending: Ref<boolean>
  problem: ShallowRef<ApiProblem | null>
  ask: (target: T) => void
  /** Does it. Answers whether it worked; then the dialog closes, otherwise it tells the problem. */
  confirm: () => Promise<boolean>
}

/** Asks before `act` is carried out. What is done after it belongs into it: a failure of that is told too. */
export function useConfirm<T>(act: (target: T) => Promise<void>): Confirm<T> {
  const target: ShallowRef<T | null> = shallowRef(null)
  const open = ref(false)
  const { pending, problem, run, reset } = useAction()

  function ask(next: T): void {
    reset()
    target.value = next
    open.value = true
  }

  async function confirm(): Promise<boolean> {
    const now = target.value
    if (now === null) return false
    const worked = await run(() => act(now))
    if (worked) open.value = false
    return worked
  }

  return { target, open, pending, problem, ask, confirm }
}
