import { describe, expect, it } from 'vitest'
import { parseReference, registryNamed } from './image-reference.js'

const DIGEST = `sha256:${'a'.repeat(64)}`

describe('parseReference', () => {
  it.each([
    ['iris', 'docker.io', 'library/iris', 'latest'],
    ['lab/iris:2', 'docker.io', 'lab/iris', '2'],
    ['index.docker.io/iris:1', 'docker.io', 'library/iris', '1'],
    ['localhost/iris', 'localhost', 'iris', 'latest'],
    ['localhost:5000', 'docker.io', 'library/localhost', '5000'],
    ['10.200.0.1:5000/lab/iris:1', '10.200.0.1:5000', 'lab/iris', '1'],
    ['Registry.Example.ORG/iris', 'registry.example.org', 'iris', 'latest'],
    [`registry.example.org/iris:1@${DIGEST}`, 'registry.example.org', 'iris', DIGEST],
    ['[2001:db8::1]:5000/iris', '[2001:db8::1]:5000', 'iris', 'latest'],
  ])('%s', (text, registry, repository, version) => {
    expect(parseReference(text)).toEqual({ registry, repository, version })
  })

  it.each([
    '',
    'Iris',
    'a//b',
    'a/../b',
    'a:b:c',
    'a@sha256:1',
    'reg.example/',
    'reg.example:99999/a',
    'user@reg.example/a',
    'a b',
    '-a',
    '[x]/a',
  ])('refuses %j', (text) => expect(parseReference(text)).toBeNull())
})

describe('registryNamed', () => {
  it.each([
    ['Registry-1.docker.io', 'docker.io'],
    ['GHCR.io', 'ghcr.io'],
    ['localhost:5000', 'localhost:5000'],
    ['localhost', 'localhost'],
  ])('writes %s as %s', (text, registry) => expect(registryNamed(text)).toBe(registry))

  it.each(['', 'ghcr', 'ghcr.io/lab', 'https://ghcr.io', 'a..b', 'ghcr.io:0x10', 'u@ghcr.io', `${'a.'.repeat(200)}b`, 'a.b\n'])(
    'refuses %j',
    (text) => expect(registryNamed(text)).toBeNull(),
  )
})
