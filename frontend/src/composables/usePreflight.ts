import { computed, ref, shallowRef, type ComputedRef, type Ref, type ShallowRef } from 'vue'
import { asProblem, type ApiProblem } from '../api/client'
import * as api from '../api/engines'
import type { Preflight, PreflightInput } from '../components/models'

export interface PreflightCheckup {
  /** The last answer, whatever was typed since. */
  result: ShallowRef<Preflight | null>
  /** Whether the input still is what was checked. */
  fresh: ComputedRef<boolean>
  pending: Ref<boolean>
  problem: ShallowRef<ApiProblem | null>
  /** Checks what the input is now. @returns the answer; null when there was none, or it was overtaken by another check */
  check: () => Promise<Preflight | null>
}

/** What a deploy of `input` would come to, asked on demand. */
export function usePreflight(input: () => PreflightInput): PreflightCheckup {
  const result = shallowRef<Preflight | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)
  const pending = ref(false)
  const checked = ref('')
  const present = computed(() => JSON.stringify(input()))
  let round = 0

  async function check(): Promise<Preflight | null> {
    const mine = (round += 1)
    const asked = present.value
    pending.value = true
    problem.value = null
    try {
      const answer = await api.preflight(input())
      if (mine !== round) return null
      result.value = answer
      checked.value = asked
      return answer
    } catch (error) {
      if (mine === round) problem.value = asProblem(error)
      return null
    } finally {
      if (mine === round) pending.value = false
    }
  }

  return { result, fresh: computed(() => result.value !== null && checked.value === present.value), pending, problem, check }
}
