import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { draftOf, inputOf } from '../components/engine/draft'
import { makeEngine, makeOptions } from '../../test/make'
import { useEnginesStore } from './engines'

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

const input = inputOf(draftOf(makeEngine(), makeOptions()))

it('follows a start that was asked for here', async () => {
  let phase: 'Pending' | 'Running' = 'Pending'
  fakePortal({
    'GET /engines': () => ({ body: { items: [], nextCursor: null } }),
    'POST /engines': () => ({ status: 202, body: makeEngine({ phase }) }),
    'GET /engines/e1': () => ({ body: makeEngine({ phase }) }),
  })
  const engines = useEnginesStore()
  await engines.load('p1')
  await engines.deploy('p1', 'iris', input)
  expect(engines.starting).toBe(1)
  expect(engines.items.map(({ id }) => id)).toEqual(['e1'])
  phase = 'Running'
  await engines.refresh('e1')
  expect(engines.starting).toBe(0)
  expect(engines.activities.get('e1')?.phase).toBe('Running')
})

it('reads an app once more, not once each, when many changes come while it is read', async () => {
  const release: (() => void)[] = []
  const calls = fakePortal({
    'GET /engines/e1': async () => {
      await new Promise<void>((resolve) => release.push(resolve))
      return { body: makeEngine() }
    },
  })
  const engines = useEnginesStore()
  const first = engines.refresh('e1')
  for (let change = 0; change < 10; change += 1) void engines.refresh('e1')
  release[0]?.()
  await vi.waitFor(() => expect(release).toHaveLength(2))
  release[1]?.()
  await first
  expect(calls).toHaveLength(2)
})

it('lets go of an app that is gone', async () => {
  fakePortal({
    'GET /engines': () => ({ body: { items: [makeEngine()], nextCursor: null } }),
    'GET /engines/e1': () => refusal(404, 'engine-not-found'),
    'DELETE /engines/e1': () => ({ status: 202, body: makeEngine({ phase: 'Deleting' }) }),
  })
  const engines = useEnginesStore()
  await engines.load('p1')
  const [engine] = engines.items
  if (engine) await engines.remove(engine)
  expect(engines.items).toEqual([])
})

it('does not show the apps of a project that one has left', async () => {
  const release: Record<string, () => void> = {}
  fakePortal({
    'GET /engines': async ({ query }) => {
      const id = query.get('projectId') ?? ''
      await new Promise<void>((resolve) => (release[id] = resolve))
      return { body: { items: [makeEngine({ projectId: id, name: id })], nextCursor: null } }
    },
  })
  const engines = useEnginesStore()
  const first = engines.load('p1')
  const second = engines.load('p2')
  release['p2']?.()
  await second
  release['p1']?.()
  await first
  expect(engines.items.map(({ name }) => name)).toEqual(['p2'])
})
