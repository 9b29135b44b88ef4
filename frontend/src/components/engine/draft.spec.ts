import { describe, expect, it } from 'vitest'
import { makeEngine, makeOptions } from '../../../test/make'
import { changesOf, draftOf, inputOf, mistakesOf, readableChanges, rebased, type EngineDraft } from './draft'

const options = makeOptions()
const engine = makeEngine({ env: { A: '1', B: '2' }, secrets: ['TOKEN', 'KEY'], command: ['sh', '-c', 'echo "hi"'] })
const draft = (only: Partial<EngineDraft> = {}): EngineDraft => ({ ...draftOf(engine, options), ...only })
const row = (name: string, value: string, key = 900) => ({ key, name, value })

describe('a form that nobody touched', () => {
  it('changes nothing, and has no mistakes', () => {
    expect(changesOf(draft(), engine)).toEqual({})
    expect(readableChanges(draft(), engine)).toEqual([])
    expect(mistakesOf(draft(), false, true)).toEqual({})
  })

  it('begins with the defaults of the instance for a new app', () => {
    const input = inputOf({ ...draftOf(null, options), name: ' demo ', image: 'app:1', port: '80' })
    expect(input).toEqual({
      name: 'demo',
      image: 'app:1',
      port: 80,
      command: [],
      args: [],
      env: {},
      secrets: {},
      ...options.defaults,
    })
  })
})

describe('changes', () => {
  it('are only what differs, whatever the order of the variables', () => {
    const changed = draft({ image: 'app:2', env: [row('B', '2'), row('A', '9'), row('', '')] })
    expect(changesOf(changed, engine)).toEqual({ image: 'app:2', env: { A: '9', B: '2' } })
    expect(changesOf(draft({ env: [row('B', '2'), row('A', '1')] }), engine)).toEqual({})
  })

  it('name the secrets that are set and removed, and show no value of one', () => {
    const secrets: EngineDraft['secrets'] = [
      { key: 1, name: 'TOKEN', value: 'hush', state: 'replaced' },
      { key: 2, name: 'KEY', value: '', state: 'removed' },
      { key: 3, name: 'NEW', value: 'psst', state: 'new' },
    ]
    expect(changesOf(draft({ secrets }), engine)).toEqual({ secrets: { TOKEN: 'hush', KEY: null, NEW: 'psst' } })
    const readable = readableChanges(draft({ secrets }), engine)
    expect(readable.map(({ field }) => field)).toEqual(['secrets.KEY', 'secrets.TOKEN', 'secrets.NEW'])
    expect(JSON.stringify(readable)).not.toMatch(/hush|psst/)
  })

  it('are read part by part', () => {
    const changed = draft({ max: '5', args: '--share "two words"', env: [row('A', '1'), row('C', '')] })
    expect(readableChanges(changed, engine)).toEqual([
      { field: 'args', before: null, after: '["--share","two words"]' },
      { field: 'scaling.max', before: '3', after: '5' },
      { field: 'env.B', before: '2', after: null },
      { field: 'env.C', before: null, after: '' },
    ])
  })
})

it('keeps what was typed, and takes the rest, when someone else changed the app', () => {
  const theirs = makeEngine({ ...engine, image: 'app:9', port: 81, env: { A: '1' } })
  const mine = draft({ port: '99' })
  const merged = rebased(mine, engine, theirs, options)
  expect([merged.image, merged.port, merged.env.map(({ name }) => name)]).toEqual(['app:9', '99', ['A']])
  expect(changesOf(merged, theirs)).toEqual({ port: 99 })
})

describe('mistakes', () => {
  it.each<[string, Partial<EngineDraft>, string]>([
    ['image', { image: ' ' }, 'needImage'],
    ['port', { port: '70000' }, 'badPort'],
    ['command', { command: "sh -c 'x" }, 'open-quote'],
    ['env.#7', { env: [row('1A', 'x', 7)] }, 'badEnvName'],
    ['env.#8', { env: [row('A', 'x', 7), row('TOKEN', 'y', 8)] }, 'twiceEnvName'],
    ['secrets.#7', { secrets: [{ key: 7, name: 'X', value: '', state: 'new' }] }, 'needSecret'],
    ['scaling.max', { min: '4', max: '3' }, 'maxBelowMin'],
    ['scaling.windowSeconds', { window: '5' }, 'badWindow'],
    ['health.path', { healthKind: 'http', healthPath: 'healthz' }, 'badPath'],
    ['health.startupSeconds', { startup: '5' }, 'badStartup'],
  ])('are told at %s', (path, only, mistake) => {
    expect(mistakesOf(draft(only), false, true)).toMatchObject({ [path]: mistake })
  })

  it('are asked of the name only while it can be chosen, and of scaling only where there is any', () => {
    expect(mistakesOf(draft({ name: 'No' }), true, true)).toEqual({ name: 'badName' })
    expect(mistakesOf(draft({ name: 'No' }), false, true)).toEqual({})
    expect(mistakesOf(draft({ min: '4', max: '3' }), false, false)).toEqual({})
  })
})
