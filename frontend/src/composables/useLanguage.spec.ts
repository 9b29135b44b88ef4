import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { i18n, setLanguage } from '../plugins/i18n'
import { languageFor } from './useLanguage'

describe('the language to show', () => {
  it.each([
    ['de', ['en'], 'de'],
    ['en', ['de'], 'en'],
    ['auto', ['fr-FR', 'de-AT', 'en'], 'de'],
    ['auto', ['en-GB', 'de'], 'en'],
    ['auto', ['fr'], 'en'],
    ['auto', [], 'en'],
    // What an older or newer version has kept.
    ['toString', ['DE'], 'de'],
  ])('%s of %j', (choice, preferred, language) => {
    expect(languageFor(choice, preferred)).toBe(language)
  })
})

describe('switching', () => {
  // Its file takes longer to load on a busy machine than a test has.
  beforeAll(() => setLanguage('de'), 60_000)
  afterEach(() => setLanguage('en'))

  it('says so to screen readers, and changes the texts', async () => {
    await setLanguage('de')
    expect(document.documentElement.lang).toBe('de')
    expect(i18n.global.t('common.save')).toBe('Speichern')
    await setLanguage('en')
    expect(document.documentElement.lang).toBe('en')
    expect(i18n.global.t('common.save')).toBe('Save')
  })

  it('ends with what was asked for last', async () => {
    await Promise.all([setLanguage('de'), setLanguage('en')])
    expect(i18n.global.locale.value).toBe('en')
  })
})
