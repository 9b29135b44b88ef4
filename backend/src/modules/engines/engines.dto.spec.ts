import { describe, expect, it } from 'vitest'
import { DomainError } from '../../common/problem/domain-error.js'
import { newId } from '../../common/ids.js'
import { createValidationPipe } from '../../common/validation/validation.pipe.js'
import { CreateEngineDto, UpdateEngineDto } from './engines.dto.js'
import { isImage, MAX_ENV_VALUE, NAME_PATTERN } from './engine-spec.js'

const pipe = createValidationPipe()
const projectId = newId()
const good = { projectId, name: 'demo', image: 'ghcr.io/group/app:1', port: 7860 }

const read = (body: unknown): Promise<CreateEngineDto> =>
  pipe.transform(body, { type: 'body', metatype: CreateEngineDto }) as Promise<CreateEngineDto>
const readUpdate = (body: unknown): Promise<UpdateEngineDto> =>
  pipe.transform(body, { type: 'body', metatype: UpdateEngineDto }) as Promise<UpdateEngineDto>

async function refusals(reading: Promise<unknown>): Promise<{ path: string; message: string }[]> {
  try {
    await reading
  } catch (error) {
    if (error instanceof DomainError) return error.errors ?? []
    throw error
  }
  return []
}

describe('the body of a deploy', () => {
  it('needs no environment', async () => expect(await read(good)).toMatchObject(good))

  it('takes an environment as an object', async () => {
    expect((await read({ ...good, env: { A: '1', B: '' } })).env).toEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '' },
    ])
  })

  it('takes an environment as a list', async () => {
    expect((await read({ ...good, env: [{ name: 'A', value: '1' }] })).env).toEqual([{ name: 'A', value: '1' }])
  })

  it.each([
    ['projectId', { projectId: 'x' }],
    ['name', { name: 'Demo' }],
    ['name', { name: '' }],
    ['name', { name: 'x'.repeat(64) }],
    ['name', { name: 5 }],
    ['image', { image: 'not an image' }],
    ['image', { image: '' }],
    ['image', { image: null }],
    ['port', { port: 0 }],
    ['port', { port: 65_536 }],
    ['port', { port: '8080' }],
    ['port', { port: 80.5 }],
    ['env', { env: 'A=1' }],
    ['env', { env: null }],
    ['env', { env: { A: 1 } }],
    ['env', { env: { PORT: '1' } }],
    ['env', { env: { K_SERVICE: 'x' } }],
    ['env', { env: { '1A': 'x' } }],
    ['env', { env: { A: 'x\0' } }],
    ['env', { env: { A: 'x'.repeat(MAX_ENV_VALUE + 1) } }],
    ['env', { env: [{ name: 'A' }] }],
    ['env', { env: [{ name: 'A', value: '1', valueFrom: {} }] }],
    [
      'env',
      {
        env: [
          { name: 'A', value: '1' },
          { name: 'A', value: '2' },
        ],
      },
    ],
    ['env', { env: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`N${i}`, ''])) }],
    ['env', { env: Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`N${i}`, 'x'.repeat(MAX_ENV_VALUE)])) }],
    ['command', { command: 'sh -c x' }],
    ['command', { command: ['a\0'] }],
    ['args', { args: [1] }],
    ['secrets', { secrets: { A: null } }],
    ['secrets', { secrets: ['A'] }],
    ['secrets', { secrets: { '1A': 'x' } }],
    ['scaling.max', { scaling: { max: 0 } }],
    ['scaling.windowSeconds', { scaling: { windowSeconds: 5 } }],
    ['scaling.replicas', { scaling: { replicas: 1 } }],
    ['scaling', { scaling: 3 }],
    ['health.path', { health: { kind: 'http', path: 'healthz' } }],
    ['health.path', { health: { kind: 'http', path: '/a b' } }],
    ['health.kind', { health: { kind: 'exec' } }],
    ['access', { access: 'everyone' }],
    ['leaseHours', { leaseHours: 169 }],
    ['resources', { resources: {} }],
  ])('names %s when it is wrong: %j', async (path, change) => {
    expect((await refusals(read({ ...good, ...change }))).map((error) => error.path)).toContain(path)
  })

  it('says every mistake at once, and of a variable which it is', async () => {
    const errors = await refusals(read({ projectId, name: 'UPPER', image: '/', port: -1, env: { PORT: '1' } }))
    expect(new Set(errors.map(({ path }) => path))).toEqual(new Set(['name', 'image', 'port', 'env']))
    expect(errors.find(({ path }) => path === 'env')?.message).toBe(
      '"PORT" is set by the platform to the port of the app; use the field port',
    )
  })

  it('has exactly the values that were sent, or is refused: 10,000 generated ones', async () => {
    const pieces = [
      'a',
      'Z',
      '0',
      '-',
      '_',
      '.',
      '/',
      ':',
      '@',
      ' ',
      '\n',
      '\0',
      '"',
      '<%',
      '%>',
      '&',
      'é',
      '💥',
      '\ud800',
      '$(A)',
      '{{',
      '__proto__',
      'K_',
      'PORT',
    ]
    let state = 1
    const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647
    const text = (): string =>
      Array.from({ length: 1 + Math.floor(random() * 4) }, () => pieces[Math.floor(random() * pieces.length)]).join('')
    const fields = ['name', 'image', 'port', 'env'] as const
    let accepted = 0
    for (let i = 0; i < 10_000; i++) {
      const field = fields[i % 4] as (typeof fields)[number]
      const hostile = {
        name: text(),
        image: text(),
        port: Math.floor(random() * 140_000) - 1_000,
        env: [{ name: random() < 0.5 ? 'A' : text(), value: text() }],
      }
      const sent = { ...good, env: [], [field]: hostile[field] }
      const errors = await refusals(read(sent))
      expect(errors.every(({ path }) => path === field)).toBe(true)
      if (field === 'name') expect(errors.length > 0).toBe(!NAME_PATTERN.test(hostile.name))
      if (field === 'image') expect(errors.length > 0).toBe(!isImage(hostile.image))
      if (errors.length > 0) continue
      accepted++
      expect(await read(sent)).toEqual(sent)
    }
    expect(accepted).toBeGreaterThan(2_000)
  }, 30_000)
})

describe('the body of a change', () => {
  it('needs the revision, and nothing else', async () => {
    expect(await readUpdate({ revision: 3 })).toEqual({ revision: 3 })
    expect((await refusals(readUpdate({ port: 80 }))).map(({ path }) => path)).toContain('revision')
  })

  it('cannot move or rename the app', async () => {
    expect((await refusals(readUpdate({ revision: 1, name: 'other' }))).map(({ path }) => path)).toEqual(['name'])
    expect((await refusals(readUpdate({ revision: 1, projectId }))).map(({ path }) => path)).toEqual(['projectId'])
  })
})
