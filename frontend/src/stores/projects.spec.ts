import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { makeProject } from '../../test/make'
import { facetNames } from '../api/catalogue'
import { queryFrom } from '../composables/catalogue-query'
import { useCatalogueStore } from './catalogue'
import { useProjectsStore } from './projects'

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

const noFacets = Object.fromEntries(facetNames.map((name) => [name, []]))
const catalogueOf = {
  'GET /projects': () => ({ body: { items: [makeProject()], nextCursor: null, total: 1 } }),
  'GET /projects/facets': () => ({ body: { total: 1, facets: noFacets } }),
}

it('shows what it knows of a project while it is read, and the change everywhere after', async () => {
  fakePortal({
    ...catalogueOf,
    'GET /projects/iris': () => ({ body: makeProject({ summary: 'new' }) }),
    'PATCH /projects/p1': ({ body }) => ({ body: makeProject({ ...(body as object), revision: 2 }) }),
  })
  const projects = useProjectsStore()
  const catalogue = useCatalogueStore()
  await catalogue.show(queryFrom({}))
  const opening = projects.open('iris')
  expect(projects.current?.title).toBe('Iris')
  await opening
  expect(projects.current?.summary).toBe('new')
  await projects.update('p1', 1, { title: 'Iris 2' })
  expect([projects.current?.title, catalogue.items[0]?.title]).toEqual(['Iris 2', 'Iris 2'])
})

describe('a star', () => {
  it('is shown at once, and then with the number that the portal counts', async () => {
    fakePortal({
      'GET /projects/iris': () => ({ body: makeProject({ stars: 3 }) }),
      'PUT /projects/p1/star': () => ({ body: { stars: 7, starred: true } }),
    })
    const projects = useProjectsStore()
    await projects.open('iris')
    const giving = projects.star(makeProject({ stars: 3 }), true)
    expect(projects.current).toMatchObject({ starred: true, stars: 4 })
    await giving
    expect(projects.current).toMatchObject({ starred: true, stars: 7 })
  })

  it('is taken back on the page when the portal refuses it', async () => {
    fakePortal({
      'GET /projects/iris': () => ({ body: makeProject({ stars: 3 }) }),
      'PUT /projects/p1/star': () => refusal(503, 'database-unavailable'),
    })
    const projects = useProjectsStore()
    await projects.open('iris')
    await expect(projects.star(makeProject({ stars: 3 }), true)).rejects.toMatchObject({ code: 'database-unavailable' })
    expect(projects.current).toMatchObject({ starred: false, stars: 3 })
  })

  it('ends as it was wanted last, however quickly one changes one’s mind', async () => {
    const calls = fakePortal({
      'GET /projects/iris': () => ({ body: makeProject() }),
      'PUT /projects/p1/star': () => ({ body: { stars: 1, starred: true } }),
      'DELETE /projects/p1/star': () => ({ body: { stars: 0, starred: false } }),
    })
    const projects = useProjectsStore()
    await projects.open('iris')
    const first = projects.star(makeProject(), true)
    await projects.star(makeProject({ starred: true, stars: 1 }), false)
    expect(projects.current?.starred).toBe(false)
    await first
    expect(projects.current).toMatchObject({ starred: false, stars: 0 })
    expect(calls.slice(1)).toEqual(['PUT /projects/p1/star', 'DELETE /projects/p1/star'])
  })
})

it('names the filters without which something would be found', async () => {
  fakePortal({
    ...catalogueOf,
    'GET /projects': ({ query }) => {
      const total = query.get('q') === null ? 5 : query.get('task') === null ? 2 : 0
      return { body: { items: [], nextCursor: null, total } }
    },
  })
  const catalogue = useCatalogueStore()
  await catalogue.show(queryFrom({ q: 'iris', task: 'other', updated: 'week' }))
  expect(catalogue.waysOut.map(({ filter, count }) => [filter.name, count])).toEqual([
    ['q', 5],
    ['task', 2],
  ])
})
