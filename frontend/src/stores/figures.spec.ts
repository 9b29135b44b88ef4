import { flushPromises } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { useFiguresStore } from './figures'

const figure = (id: string, hash: string): object => ({ id, projectId: 'p1', name: id, hash })
const drawing = (hash: string): object => ({ body: { spec: { data: [], layout: {} }, hash, revision: 1, updatedAt: '' } })
let items: object[]
let calls: string[]

beforeEach(() => {
  setActivePinia(createPinia())
  items = [figure('a', 'one')]
  calls = fakePortal({
    'GET /projects/p1/figures': () => ({ body: { items } }),
    'GET /projects/p2/figures': () => refusal(503, 'database-unavailable'),
    'GET /figures/a/spec': () => drawing('one'),
    'PUT /projects/p1/figures/b': () => ({ body: figure('b', 'two') }),
  })
})
afterEach(() => vi.unstubAllGlobals())

it('reads one list for all who look at figures of a project, and another one for who looks later', async () => {
  const figures = useFiguresStore()
  const [first, second] = [figures.follow('p1'), figures.follow('p1')]
  await flushPromises()
  expect(calls).toEqual(['GET /projects/p1/figures'])
  first()
  second()
  figures.follow('p1')
  await flushPromises()
  expect(calls).toHaveLength(2)
})

it('reads what a figure draws once, and again when it is another one', async () => {
  const figures = useFiguresStore()
  await figures.load('p1')
  await figures.drawing('a')
  await figures.drawing('a')
  expect(calls.filter((call) => call === 'GET /figures/a/spec')).toHaveLength(1)
  items = [figure('a', 'other')]
  await figures.load('p1')
  await figures.drawing('a')
  expect(calls.filter((call) => call === 'GET /figures/a/spec')).toHaveLength(2)
})

it('has a new figure in its place, and forgets all of them with the project', async () => {
  const figures = useFiguresStore()
  await figures.load('p1')
  await figures.put('p1', 'b', { data: [] })
  expect(figures.items.map(({ name }) => name)).toEqual(['a', 'b'])
  await figures.load('p2')
  expect([figures.items, figures.loaded, figures.problem?.code]).toEqual([[], false, 'database-unavailable'])
})
