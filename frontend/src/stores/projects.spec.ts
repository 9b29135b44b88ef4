import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { makeProject } from '../../test/make'
import { useProjectsStore } from './projects'

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

it('shows the answer to the last search, whichever comes first', async () => {
  const release: Record<string, () => void> = {}
  fakePortal({
    'GET /projects': async ({ query }) => {
      const q = query.get('q') ?? ''
      await new Promise<void>((resolve) => (release[q] = resolve))
      return { body: { items: [makeProject({ title: q })], nextCursor: null } }
    },
  })
  const projects = useProjectsStore()
  const first = projects.search({ q: 'a', task: '' })
  const second = projects.search({ q: 'ab', task: '' })
  release['ab']?.()
  await second
  release['a']?.()
  await first
  expect(projects.items.map(({ title }) => title)).toEqual(['ab'])
  expect(projects.loading).toBe(false)
})

it('adds the next page of the same search', async () => {
  fakePortal({
    'GET /projects': ({ query }) => ({
      body:
        query.get('cursor') === 'c'
          ? { items: [makeProject({ id: 'p2' })], nextCursor: null }
          : { items: [makeProject()], nextCursor: 'c' },
    }),
  })
  const projects = useProjectsStore()
  await projects.search({ q: '', task: '' })
  expect(projects.hasMore).toBe(true)
  await projects.more()
  expect(projects.items.map(({ id }) => id)).toEqual(['p1', 'p2'])
  expect(projects.hasMore).toBe(false)
})

it('keeps what it shows when a search fails, and says why', async () => {
  let up = true
  fakePortal({
    'GET /projects': () => (up ? { body: { items: [makeProject()], nextCursor: null } } : refusal(503, 'database-unavailable')),
  })
  const projects = useProjectsStore()
  await projects.search({ q: '', task: '' })
  up = false
  await projects.search({ q: 'x', task: '' })
  expect(projects.problem?.code).toBe('database-unavailable')
  expect(projects.items).toHaveLength(1)
})

it('shows what it knows of a project while it is read, and the change everywhere after', async () => {
  fakePortal({
    'GET /projects': () => ({ body: { items: [makeProject()], nextCursor: null } }),
    'GET /projects/iris': () => ({ body: makeProject({ summary: 'new' }) }),
    'PATCH /projects/p1': ({ body }) => ({ body: makeProject({ ...(body as object), revision: 2 }) }),
  })
  const projects = useProjectsStore()
  await projects.search({ q: '', task: '' })
  const opening = projects.open('iris')
  expect(projects.current?.title).toBe('Iris')
  await opening
  expect(projects.current?.summary).toBe('new')
  await projects.update('p1', 1, { title: 'Iris 2' })
  expect([projects.current?.title, projects.items[0]?.title]).toEqual(['Iris 2', 'Iris 2'])
})
