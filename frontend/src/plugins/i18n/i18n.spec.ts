import { describe, expect, it } from 'vitest'
import { i18n } from '.'
import { textsOf, usesIn } from '../../../test/texts'
import { tasks } from '../../composables/tasks'
import en from './en'

const sources = import.meta.glob<string>('../../**/*.{ts,vue}', { query: '?raw', import: 'default', eager: true })
const uses = usesIn(
  Object.entries(sources)
    .filter(([path]) => !path.endsWith('.spec.ts') && !path.includes('/generated/') && !path.startsWith('./'))
    .map(([, text]) => text),
)
const known = [...textsOf(en).keys()]

describe('texts', () => {
  it('has a text for each key that is asked for', () => {
    expect(uses.keys.size).toBeGreaterThan(150)
    expect([...uses.keys].filter((key) => !known.includes(key))).toEqual([])
  })

  it('has texts for each key that is put together', () => {
    expect(uses.patterns.size).toBeGreaterThan(20)
    expect([...uses.patterns].filter(([, pattern]) => !known.some((key) => pattern.test(key))).map(([text]) => text)).toEqual([])
  })

  it('has no text that nobody asks for', () => {
    const { keys, patterns } = uses.mentioned
    expect(known.filter((key) => !keys.has(key) && !patterns.some((pattern) => pattern.test(key)))).toEqual([])
  })

  it('has a name for each task, and no other', () => {
    expect(Object.keys(en.tasks)).toEqual([...tasks])
  })

  it('can be read by the library, each one', () => {
    for (const key of known) expect(i18n.global.t(key, { count: 2 }, 2)).not.toBe(key)
  })

  it('shouts at nobody', () => {
    expect(known.filter((key) => i18n.global.t(key).includes('!'))).toEqual([])
  })
})
