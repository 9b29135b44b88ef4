/** The languages in which an export says what it adds to the text, as the page has them. */
export const EXPORT_LANGUAGES = ['en', 'de'] as const
export type ExportLanguage = (typeof EXPORT_LANGUAGES)[number]

const isOurs = (code: string): code is ExportLanguage => EXPORT_LANGUAGES.some((each) => each === code)

/**
 * Of the languages that a browser names in `Accept-Language` the one that it prefers and that there is; English when there is none.
 * @see https://www.rfc-editor.org/rfc/rfc9110#name-accept-language
 */
export function languageOf(header: string | undefined): ExportLanguage {
  const wanted = (header ?? '').split(',').flatMap((range, index) => {
    const [tag = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase())
    const code = tag.split('-')[0] ?? ''
    const given = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = given === undefined ? 1 : Number(given.slice(2))
    return isOurs(code) && quality > 0 ? [{ code, quality, index }] : []
  })
  wanted.sort((a, b) => b.quality - a.quality || a.index - b.index)
  return wanted[0]?.code ?? 'en'
}
