import { Lang } from 'quasar'
import type { QuasarLanguage } from 'quasar'
import english from 'quasar/lang/en-US.js'
import { createI18n } from 'vue-i18n'
import en from './en'

/** The shape of every language. */
export type Messages = typeof en

/** The languages that can be chosen, each by its own name. */
export const languages = { en: 'English', de: 'Deutsch' } as const

export type Language = keyof typeof languages

/** Languages besides English load when they are chosen: the texts, and what Quasar's own components say. */
const packs: Record<Exclude<Language, 'en'>, () => Promise<[{ default: Messages }, { default: QuasarLanguage }]>> = {
  de: () => Promise.all([import('./de'), import('quasar/lang/de.js')]),
}

export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en },
  missingWarn: false,
  // A text that speaks of HTML: none of them is ever put into a page as such.
  warnHtmlMessage: false,
})

/** Quasar declares its packs more loosely than what takes them. */
const isPack = (words: object): words is Parameters<typeof Lang.set>[0] => 'isoName' in words

/** The language that was asked for last: it wins over one that takes longer to load. */
let asked: Language = 'en'

export function isLanguage(code: string): code is Language {
  return Object.hasOwn(languages, code)
}

/** The codes of the languages, in the order in which they are shown. */
export const languageCodes: readonly Language[] = Object.keys(languages).filter(isLanguage)

/** Switches the language, loading it first where needed. Fails, and changes nothing, when it does not arrive. */
export async function setLanguage(language: Language): Promise<void> {
  asked = language
  let quasar = english
  if (language !== 'en') {
    const [texts, words] = await packs[language]()
    if (asked !== language) return
    i18n.global.setLocaleMessage<Messages, string>(language, texts.default)
    quasar = words.default
  }
  if (isPack(quasar)) Lang.set(quasar)
  ;(i18n.global.locale as { value: string }).value = language
  // Quasar has set its own code here, which names a country that nobody has chosen.
  document.documentElement.lang = language
}
