import { useLocalStorage } from '@vueuse/core'
import type { Ref } from 'vue'
import { computed, watch } from 'vue'
import { isLanguage, setLanguage } from '../plugins/i18n'
import type { Language } from '../plugins/i18n'

/** `auto` follows the browser. */
export type LanguageChoice = 'auto' | Language

/** The language to show: the chosen one, else the first that the browser prefers (`de-AT` is `de`), else English. */
export function languageFor(choice: string, preferred: readonly string[] = []): Language {
  if (isLanguage(choice)) return choice
  return preferred.map((language) => language.split('-', 1)[0]?.toLowerCase() ?? '').find(isLanguage) ?? 'en'
}

export interface LanguageSetting {
  /** What was chosen in this browser, kept over visits. */
  choice: Readonly<Ref<LanguageChoice>>
  /** Keeps and shows another choice. Fails when its texts do not arrive; then the page stays in the language that it is in. */
  choose: (next: LanguageChoice) => Promise<void>
  /** When the first language is there, or English in its place because it did not arrive. */
  ready: Promise<void>
}

let setting: LanguageSetting | null = null

/** The language of this browser. */
export function useLanguage(): LanguageSetting {
  if (setting) return setting
  const kept = useLocalStorage<string>('vitrine.language', 'auto')
  const show = (choice: string): Promise<void> => setLanguage(languageFor(choice, navigator.languages))
  // Its file did not arrive, and the language stays what it was: better than no page.
  const showOrStay = (choice: string): Promise<void> => show(choice).catch(() => undefined)
  // Also chosen in another tab.
  watch(kept, (choice) => void showOrStay(choice))
  setting = {
    choice: computed(() => (isLanguage(kept.value) ? kept.value : 'auto')),
    choose: async (next) => {
      kept.value = next
      await show(next)
    },
    ready: showOrStay(kept.value),
  }
  return setting
}
