import { computed, ref, shallowRef } from 'vue'
import type { ComputedRef, Ref, ShallowRef } from 'vue'
import { useI18n } from 'vue-i18n'
import type { ApiProblem } from '../api/client'
import { asProblem } from '../api/client'

/** What to tell of a problem, and the language of it where that may be another than the page's. */
export interface ProblemWords {
  title: string
  text: string
  lang: 'en' | undefined
}

/** What to tell of a problem: our own words where there are some, else those of the portal, which are English. */
export function useProblemWords(): (problem: ApiProblem) => ProblemWords {
  const i18n = useI18n()
  const { t } = i18n
  return ({ code, title, detail, retryAfter }) => {
    const key = `problem.${code}`
    // Messages of this very language: the English one would be no better than the portal's.
    const { value: language } = i18n.locale
    const own = i18n.te(key, language)
    if (own)
      return { title: (language === 'en' && title) || t('problem.title'), text: t(key, { seconds: retryAfter ?? 60 }), lang: undefined }
    if (detail || title) return { title: title || detail, text: detail || title, lang: 'en' }
    return { title: t('problem.title'), text: t('problem.title'), lang: undefined }
  }
}

/** As `useProblemWords`, where the language cannot be marked. */
export function useProblemText(): (problem: ApiProblem) => string {
  const wordsOf = useProblemWords()
  return (problem) => wordsOf(problem).text
}

/** What the portal has said of fields: a field knows its error only as a text, and has to mark what is English. */
const saidOfFields = new Set<string>()

/** The language of a field's error, where it is the portal's. */
export const langOf = (error: string | undefined): 'en' | undefined => (error !== undefined && saidOfFields.has(error) ? 'en' : undefined)

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
      for (const { message } of problem.value.errors) saidOfFields.add(message)
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
