import { describe, expect, it } from 'vitest'
import { problems as german } from './de-problems'
import { problems as english } from './en-problems'

/** What only a program that calls the API meets, or what the page settles by itself. */
const unmet: readonly string[] = [
  'malformed-request',
  'unsupported-media-type',
  'route-not-found',
  'session-stale',
  'identity-provider-not-configured',
]

const [list = ''] = Object.values(
  import.meta.glob<string>('../../../../docs/problems.md', { query: '?raw', import: 'default', eager: true }),
)
const codes = [...list.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, code = '']) => code)

describe.each([
  ['en', english],
  ['de', german],
])('problems in %s', (_language, words) => {
  it('has words for every problem that a page can meet', () => {
    expect(codes.length).toBeGreaterThan(80)
    expect(codes.filter((code) => !unmet.includes(code) && !(code in words))).toEqual([])
  })
})

it('knows what is not met, and nothing that has gone', () => {
  expect(unmet.filter((code) => !codes.includes(code) || code in english)).toEqual([])
})
