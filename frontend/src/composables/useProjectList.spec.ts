import { afterEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { makeProject } from '../../test/make'
import { useProjectList } from './useProjectList'

afterEach(() => vi.unstubAllGlobals())

const pageOf = (ids: string, nextCursor: string | null = null): { body: object } => ({
  body: { items: [...ids].map((id) => makeProject({ id, title: id })), nextCursor, total: 9 },
})
const shown = (list: ReturnType<typeof useProjectList>): string => list.items.value.map(({ id }) => id).join('')

it('shows the answer to the last search, whichever comes first', async () => {
  const release: Record<string, () => void> = {}
  fakePortal({
    'GET /projects': async ({ query }) => {
      const q = query.get('q') ?? ''
      await new Promise<void>((resolve) => (release[q] = resolve))
      return pageOf(q)
    },
  })
  const list = useProjectList()
  const first = list.search({ q: 'a' })
  const second = list.search({ q: 'b' })
  release['b']?.()
  await second
  release['a']?.()
  await first
  expect(shown(list)).toBe('b')
  expect(list.loading.value).toBe(false)
})

it('keeps what it shows while the next answer is on its way, and says that it is of another question', async () => {
  fakePortal({ 'GET /projects': ({ query }) => pageOf(query.get('q') ?? '') })
  const list = useProjectList()
  await list.search({ q: 'a' })
  expect(list.current.value).toBe(true)
  const next = list.search({ q: 'b' })
  expect([shown(list), list.current.value, list.loading.value]).toEqual(['a', false, true])
  await next
  expect([shown(list), list.current.value]).toEqual(['b', true])
})

it('adds the next page of the same search, each project once', async () => {
  fakePortal({ 'GET /projects': ({ query }) => (query.get('cursor') === 'c' ? pageOf('bc') : pageOf('ab', 'c')) })
  const list = useProjectList()
  await list.search({ q: '' })
  expect(list.hasMore.value).toBe(true)
  await list.more()
  expect([shown(list), list.hasMore.value, list.total.value]).toEqual(['abc', false, 9])
})

it('shows a query that it knows at once, with all its pages, and what is new in the first', async () => {
  let firstPage = 'abc'
  const calls = fakePortal({
    'GET /projects': ({ query }) => {
      if (query.get('q') === 'other') return pageOf('x')
      return query.get('cursor') ? pageOf('def', 'd') : pageOf(firstPage, 'c')
    },
  })
  const list = useProjectList(2)
  await list.search({ q: '' })
  await list.more()
  await list.search({ q: 'other' })
  firstPage = 'nab'
  const back = list.search({ q: '' })
  expect([shown(list), list.current.value]).toEqual(['abcdef', true])
  await back
  expect([shown(list), list.hasMore.value]).toEqual(['nabcdef', true])
  // What was in between is not known to be there still: then it begins anew.
  firstPage = 'uvw'
  await list.search({ q: '' })
  expect(shown(list)).toBe('uvw')
  expect(calls).toHaveLength(5)
})

it('keeps what it shows when a search fails, and says why', async () => {
  let up = true
  fakePortal({ 'GET /projects': () => (up ? pageOf('a') : refusal(503, 'database-unavailable')) })
  const list = useProjectList()
  await list.search({ q: '' })
  up = false
  await list.search({ q: 'x' })
  expect([list.problem.value?.code, shown(list), list.current.value]).toEqual(['database-unavailable', 'a', false])
})

it('shows a change of a project in all that it keeps', async () => {
  fakePortal({ 'GET /projects': ({ query }) => pageOf(query.get('q') ?? '') })
  const list = useProjectList(2)
  await list.search({ q: 'ab' })
  await list.search({ q: 'a' })
  list.replace(makeProject({ id: 'a', title: 'new' }))
  list.remove('b')
  expect(list.items.value[0]?.title).toBe('new')
  const back = list.search({ q: 'ab' })
  expect([shown(list), list.items.value[0]?.title, list.total.value]).toEqual(['a', 'new', 8])
  await back
})
