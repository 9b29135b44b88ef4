import { expect, it } from 'vitest'
import { safeRedirect } from './redirect'

it.each([
  ['/p/iris/app?x=1', '/p/iris/app?x=1'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['javascript:alert(1)', '/'],
  ['/login?redirect=/login', '/'],
  [undefined, '/'],
  [['/a', '/b'], '/'],
])('%s', (wanted, where) => {
  expect(safeRedirect(wanted)).toBe(where)
})
