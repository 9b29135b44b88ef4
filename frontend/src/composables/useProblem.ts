import { computed, ref, shallowRef } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ApiProblem } from '../api/client'
import { asProblem } from '../api/client'

/** What to tell of a problem: the portal's own words, or ours where nothing of the portal arrived. */
export function useProblemText(): (problem: ApiProblem) => string {
  const i18n = useI18n()
  const { t } = i18n
  return (problem) => {
    if (problem.detail) return problem.detail
    const key = `problem.${problem.code}`
    return i18n.te(key) ? t(key) : problem.title || t('problem.title')
  }
}

export interface Action {
  pending: Ref<boolean>
  problem: ShallowRef<ApiProblem | null>
  /** Message for a field, found by the path in `problem.errors` (`tags` also for `tags.0`). */
  fieldError: ComputedRef<(path: string) => string>
  /** Runs it unless it runs already. Answers whether it worked; a problem is kept to be shown. */
  run: (act: () => Promise<void>) => Promise<boolean>
  reset: () => void
}

/** One thing that a person asks for: whether it is under way, and why it failed. */
export function useAction(): Action {
  const pending = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)

  async function run(act: () => Promise<void>): Promise<boolean> {
    if (pending.value) return false
    pending.value = true
    problem.value = null
    try {
      await act()
      return true
    } catch (error) {
      problem.value = asProblem(error)
      return false
    } finally {
      pending.value = false
    }
  }

  const fieldError = computed(() => {
    const errors = problem.value?.errors ?? []
    return (path: string): string => errors.find((error) => error.path === path || error.path.startsWith(`${path}.`))?.message ?? ''
  })

  return {
    pending,
    problem,
    fieldError,
    run,
    reset: () => {
      problem.value = null
    },
  }
}
