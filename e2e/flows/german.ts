import type { Page } from 'playwright-core'
import german from '../../frontend/src/plugins/i18n/de.ts'
import english from '../../frontend/src/plugins/i18n/en.ts'

/** What a page says that it should not say in German, each with why. */
export type Slip = readonly [why: string, text: string]

/** The forms of all texts of a language. */
const formsOf = (messages: object): string[] =>
  Object.values(messages).flatMap((value: unknown) =>
    typeof value === 'object' && value !== null
      ? formsOf(value)
      : String(value)
          .replaceAll(/\{'([^']*)'\}/g, '$1')
          .split(' | '),
  )

/** Texts as patterns of what becomes of them. What is hardly more than what is put into it fits anything, and is left out. */
const patternsOf = (forms: readonly string[]): RegExp[] =>
  [...new Set(forms)]
    .filter((form) => form.replaceAll(/\{\w+\}/g, '').replaceAll(/\P{L}/gu, '').length > 2)
    .map(
      (form) =>
        new RegExp(
          `^${form
            .trim()
            .replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
            .replaceAll(/\{\w+\}/g, '.+')}$`,
          'u',
        ),
    )

const inGerman = patternsOf(formsOf(german))
const inEnglish = patternsOf(formsOf(english))
/** Words that German does not have. */
const words = /\b(?:the|and|your|you|with|this|that|there|from|of|it|cannot|does|has|have|are|is|not(?! found))\b/iu
const key = new RegExp(`^(?:${Object.keys(english).join('|')})(?:\\.[\\w-]+)+$`, 'u')

/**
 * What of a page is not in German: texts of the English catalogue, sentences of the API that are not said to be English, and keys
 * that have no text. What is read out counts as well as what is seen; code, names, and what people wrote (`own`) do not.
 */
export async function slipsOf(page: Page, own: (text: string) => boolean): Promise<Slip[]> {
  const texts = await page.evaluate(() => {
    const found = new Set<string>([document.title])
    const skipped = 'script, style, code, pre, kbd, svg, .mono, .q-icon, [lang]:not(html, [lang=de]), iframe'
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
    while (walker.nextNode()) {
      const { parentElement, textContent } = walker.currentNode
      if (!parentElement || parentElement.closest(skipped)) continue
      found.add((textContent ?? '').trim())
      // A sentence with a link or a time in it.
      if (parentElement.matches('p, li, span, label, td') && !parentElement.querySelector(skipped))
        found.add(parentElement.textContent.trim())
    }
    for (const name of ['aria-label', 'placeholder', 'title', 'alt', 'data-placeholder'])
      for (const element of document.querySelectorAll(`[${name}]`)) {
        if (!element.closest(skipped)) found.add((element.getAttribute(name) ?? '').trim())
      }
    return [...found].map((text) => text.replaceAll(/\s+/g, ' ')).filter((text) => /\p{L}{2}/u.test(text))
  })
  return texts.flatMap((text): Slip[] => {
    if (own(text)) return []
    if (key.test(text)) return [['a key', text]]
    if (inGerman.some((pattern) => pattern.test(text))) return []
    if (inEnglish.some((pattern) => pattern.test(text))) return [['English of the page', text]]
    return words.test(text) ? [['English words', text]] : []
  })
}
