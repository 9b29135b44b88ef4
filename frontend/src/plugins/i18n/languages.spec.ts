import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { i18n, languageCodes, setLanguage } from '.'
import type { Language } from '.'
import { formsIn, placeholdersIn, textsOf } from '../../../test/texts'
import en from './en'

/** What is written alike in English and in the other language. */
const alike: Record<string, readonly string[]> = {
  de: [
    'Admin',
    'App',
    'Apps',
    'Audit',
    'BibTeX',
    'CITATION.cff',
    'Code',
    'CPU',
    'Digest',
    'E = mc^2',
    'Emissary',
    'Export',
    'Format',
    'Framework',
    'Frameworks',
    'Gateway API',
    'GPUs',
    'Hash',
    'Image',
    'in {project}',
    'Ingress',
    'Knative',
    'LaTeX',
    'Link',
    'Links',
    'Live',
    'Log',
    'Name',
    'optional',
    'PDF',
    'Person',
    'Pod',
    'Pod {pod}',
    'Port',
    'Position',
    'Registries',
    'Registry',
    'Revision',
    'Revision {generation}',
    's',
    'Secrets',
    'Standard',
    'Text',
    'Tokens',
    'Version {number}',
    'Video',
    'Vitrine',
    'Website',
    '{speed}/s',
  ],
}

/** Rules of wording that a pattern can see; the others are in docs/languages.md. */
const unwanted: Record<string, readonly [rule: string, pattern: RegExp][]> = {
  de: [
    ['the reader is “Sie”', /(?<!\p{L})(?:du|dir|dich|dein\p{L}*|euch|euer\p{L}*|eure\p{L}*)(?!\p{L})/iu],
    ['quotes are „…“', /["”]|“\p{L}/u],
    ['nobody is shouted at', /!/],
    ['a space stands before an ellipsis that is no part of a word', /\p{L}\p{L}\.\.\./u],
  ],
}

const english = textsOf(en)

/** The other languages with their texts; loaded before the tests, whose time is short for that on a busy machine. */
const others: [code: Language, texts: Map<string, string>][] = []
for (const code of languageCodes) {
  if (code === 'en') continue
  await setLanguage(code)
  others.push([code, textsOf(i18n.global.getLocaleMessage(code))])
}
await setLanguage('en')

describe.each(others)('texts in %s', (code, texts) => {
  beforeAll(() => setLanguage(code))
  afterAll(() => setLanguage('en'))

  it('has a text for each English one, in the same order, and no other', () => {
    expect([...texts.keys()]).toEqual([...english.keys()])
  })

  it('has the same placeholders and plural forms in each', () => {
    const differing = [...texts].filter(([key, text]) => {
      const original = english.get(key) ?? ''
      return formsIn(text) !== formsIn(original) || String(placeholdersIn(text)) !== String(placeholdersIn(original))
    })
    expect(differing).toEqual([])
  })

  it('leaves nothing in English, and nothing empty', () => {
    const words = (text: string): string => text.replaceAll(/\{\w+\}/g, '')
    const same = [...texts].filter(([key, text]) => text === english.get(key) && /\p{L}/u.test(words(text)))
    const allowed = new Set(alike[code])
    expect(same.filter(([, text]) => !allowed.has(text))).toEqual([])
    // A word that is not needed there any more is taken off the list.
    expect([...allowed].filter((text) => !same.some(([, one]) => one === text))).toEqual([])
    expect([...texts].filter(([, text]) => text.trim() === '')).toEqual([])
  })

  it('can be read by the library, each one', () => {
    for (const key of texts.keys()) expect(i18n.global.t(key, { count: 2 }, 2)).not.toBe(key)
  })

  it('keeps to the rules of wording', () => {
    const found = (unwanted[code] ?? []).flatMap(([rule, pattern]) =>
      [...texts].filter(([, text]) => pattern.test(text)).map(([key, text]) => ({ rule, key, text })),
    )
    expect(found).toEqual([])
  })
})
