import { createI18n } from 'vue-i18n'
import en from './en'

/** The shape of every language. */
export type Messages = typeof en

/** Languages besides English load when they are chosen; each has the shape of `Messages`. */
const others: Record<string, () => Promise<{ default: Messages }>> = {}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en },
  missingWarn: false,
})

/** Codes of the languages that can be chosen. */
export const languages: readonly string[] = ['en', ...Object.keys(others)]

/** Switches the language, loading it first where needed; an unknown code changes nothing. */
export async function useLanguage(code: string): Promise<void> {
  const load = others[code]
  if (load) i18n.global.setLocaleMessage<Messages, string>(code, (await load()).default)
  else if (code !== 'en') return
  ;(i18n.global.locale as { value: string }).value = code
  document.documentElement.lang = code
}
