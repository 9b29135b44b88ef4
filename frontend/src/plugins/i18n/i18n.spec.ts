import { describe, expect, it } from 'vitest'
import { i18n } from '.'
import { tasks } from '../../composables/tasks'
import en from './en'

const sources = import.meta.glob<string>('../../**/*.{ts,vue}', { query: '?raw', import: 'default', eager: true })
const keysUsed = Object.entries(sources)
  .filter(([path]) => !path.endsWith('.spec.ts') && !path.includes('/generated/'))
  .flatMap(([path, text]) =>
    [...text.matchAll(/(?<![\w.])(?:i18n\.global\.)?t\(\s*'([\w.-]+)'|keypath="([\w.-]+)"/g)].map(
      (match) => [match[1] ?? match[2] ?? '', path] as const,
    ),
  )

function leaves(value: object, prefix = ''): string[] {
  return Object.entries(value).flatMap(([key, child]: [string, unknown]) =>
    typeof child === 'object' && child !== null ? leaves(child, `${prefix}${key}.`) : [`${prefix}${key}`],
  )
}

describe('texts', () => {
  it('has a text for each key that is used', () => {
    const known = new Set(leaves(en))
    expect(keysUsed.length).toBeGreaterThan(150)
    expect(keysUsed.filter(([key]) => !known.has(key))).toEqual([])
  })

  it('has a name for each task, and no other', () => {
    expect(Object.keys(en.tasks)).toEqual([...tasks])
  })

  it('can be read by the library, each one', () => {
    for (const key of leaves(en)) expect(i18n.global.t(key, { count: 2 }, 2)).not.toBe(key)
  })

  it('shouts at nobody', () => {
    expect(leaves(en).filter((key) => i18n.global.t(key).includes('!'))).toEqual([])
  })
})
