import { describe, expect, it } from 'vitest'
import { isImage, MAX_ENV_VALUE, NAME_PATTERN, refusalOfEnvName, refusalOfEnvValue } from './engine-spec.js'
import { hostOf, namespaceOf, urlOf } from './engine.js'

const DIGEST = `sha256:${'0'.repeat(64)}`

describe('the name of an image', () => {
  it.each([
    'nginx',
    'nginx:1.27',
    'library/nginx',
    'ghcr.io/group/app:1.0',
    'localhost:5000/app',
    '10.200.0.1:5000/vitrine-test/hello:1',
    'registry.example.org/a/b/c/d:v1.2-rc_3',
    'REGISTRY.Example.org/app',
    '[fd00::1]:5000/app:1',
    `app@${DIGEST}`,
    `ghcr.io/group/app:1.0@${DIGEST}`,
    'a__b/c--d/e.f',
  ])('may be %s', (image) => expect(isImage(image)).toBe(true))

  it.each([
    '',
    ' ',
    'Nginx',
    'a/B',
    'nginx:',
    'nginx:a b',
    'nginx:-x',
    'nginx\n',
    'nginx: x',
    'a//b',
    '/a',
    'a/',
    '-a',
    'a_',
    'a..b',
    'a@sha256:1234',
    `a@sha256:${'G'.repeat(64)}`,
    'http://ghcr.io/a',
    'ghcr.io:port/a',
    'a:1:2',
    `a:${'x'.repeat(129)}`,
    'a'.repeat(600),
    '../../etc',
    'a;rm -rf',
    '${IMAGE}',
    'bücher/app',
  ])('may not be %j', (image) => expect(isImage(image)).toBe(false))
})

describe('the name of an app', () => {
  it.each(['a', 'demo', 'a1', 'my-app', 'x'.repeat(63)])('may be %s', (name) => expect(NAME_PATTERN.test(name)).toBe(true))
  it.each(['', '1a', 'Demo', 'a_b', 'a.b', '-a', 'a-', 'a b', 'ä', 'x'.repeat(64), 'a\n'])('may not be %j', (name) =>
    expect(NAME_PATTERN.test(name)).toBe(false),
  )
})

describe('a variable of the environment', () => {
  it.each(['A', '_a', 'GREETING', 'a1_b'])('may be named %s', (name) => expect(refusalOfEnvName(name)).toBeNull())
  it.each(['', '1A', 'A-B', 'A.B', 'A B', 'Ä', 'A\n', 'A=B', 'x'.repeat(129)])('may not be named %j', (name) =>
    expect(refusalOfEnvName(name)).toContain('letters'),
  )
  it.each([
    ['PORT', 'field port'],
    ['K_SERVICE', 'reserved'],
    ['K_ANYTHING', 'reserved'],
    ['__proto__', 'reserved'],
  ])('may not be named %s', (name, reason) => expect(refusalOfEnvName(name)).toContain(reason))

  it('may have any text as its value, but for what no process can be given', () => {
    for (const value of ['', ' ', 'a\nb', '$(HOME)', '💥', 'x'.repeat(MAX_ENV_VALUE)]) expect(refusalOfEnvValue(value)).toBeNull()
    for (const value of ['\0', 'a\0b', '\ud800', 'x'.repeat(MAX_ENV_VALUE + 1), 'é'.repeat(MAX_ENV_VALUE / 2 + 1)])
      expect(refusalOfEnvValue(value)).not.toBeNull()
  })
})

describe('the host of an app', () => {
  it('names the app and its project', () => expect(hostOf('demo', 'iris-classifier')).toBe('demo-iris-classifier'))

  it('is cut when it is long, and remains another one for another app', () => {
    const long = hostOf('demo', 'x'.repeat(48))
    expect(long).toMatch(/^demo-x{45}-[0-9a-f]{6}$/)
    expect(hostOf('demo', `${'x'.repeat(47)}y`)).not.toBe(long)
  })

  it('has no hyphen before the hash', () => expect(hostOf('a'.repeat(49), 'b')).toMatch(/^a{49}-[0-9a-f]{6}$/))

  it.each([
    ['a', 'b'],
    ['x'.repeat(63), 'y'.repeat(48)],
    ['a-b', 'c'],
  ])('leaves room for what Knative adds: %s of %s', (name, slug) => {
    for (const host of [hostOf(name, slug), hostOf(name, slug, '01jd')]) {
      expect(`${host}-00001`.length).toBeLessThanOrEqual(63)
      expect(host).toMatch(NAME_PATTERN)
    }
  })

  it('can be told apart where two would be the same', () => expect(hostOf('a', 'b-c', '1')).not.toBe(hostOf('a-b', 'c')))
  it('stands in the address', () =>
    expect(urlOf('http://{app}.apps.localhost:8081', 'demo-iris')).toBe('http://demo-iris.apps.localhost:8081'))
})

describe('the namespace of a project', () => {
  it.each([
    ['iris-classifier', 'vitrine-iris-classifier-abcdef'],
    [`${'x'.repeat(29)}-y`, `vitrine-${'x'.repeat(29)}-abcdef`],
    ['x'.repeat(48), `vitrine-${'x'.repeat(30)}-abcdef`],
  ])('of %s is %s', (slug, namespace) => {
    expect(namespaceOf('vitrine', { id: '01jd0000000000000000abcdef', slug })).toBe(namespace)
    expect(namespaceOf('p'.repeat(20), { id: '01jd0000000000000000abcdef', slug }).length).toBeLessThanOrEqual(63)
  })
})
