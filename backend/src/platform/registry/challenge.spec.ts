import { expect, it } from 'vitest'
import { parseChallenges } from './challenge.js'

it.each([
  [
    'Bearer realm="https://auth.example/token",service="registry.example",scope="repository:a/b:pull,push"',
    [
      {
        scheme: 'bearer',
        parameters: { realm: 'https://auth.example/token', service: 'registry.example', scope: 'repository:a/b:pull,push' },
      },
    ],
  ],
  [
    'Basic realm="a \\"b\\"", Bearer Realm=https://auth.example/token , service=x',
    [
      { scheme: 'basic', parameters: { realm: 'a "b"' } },
      { scheme: 'bearer', parameters: { realm: 'https://auth.example/token', service: 'x' } },
    ],
  ],
  ['Negotiate', [{ scheme: 'negotiate', parameters: {} }]],
  ['Bearer realm="never ends', [{ scheme: 'bearer', parameters: {} }]],
  ['', []],
  ['realm="x"', []],
  [`Bearer realm="${'x'.repeat(10_000)}"`, []],
])('reads %j', (header, expected) => expect(parseChallenges(header)).toEqual(expected))

it('reads a hostile header in no time', () => {
  const from = performance.now()
  for (const hostile of ['a '.repeat(4_000), 'a=" '.repeat(2_000), 'a'.repeat(8_000) + '"', '\\"'.repeat(4_000)])
    parseChallenges(`Bearer x="${hostile}`)
  expect(performance.now() - from).toBeLessThan(200)
})
