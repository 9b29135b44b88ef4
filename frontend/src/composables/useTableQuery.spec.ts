import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'
import type { Router } from 'vue-router'
import { useTableQuery } from './useTableQuery'
import type { TableQuery } from './useTableQuery'

type Filters = 'q' | 'role'
let query: TableQuery<Filters>
let router: Router
let unmount: () => void

async function open(address: string): Promise<void> {
  const Page = defineComponent(() => {
    query = useTableQuery<Filters>({ filters: { q: null, role: ['admin', 'user'] }, sorts: ['name', 'seen'] })
    return () => h('p')
  })
  const Other = defineComponent(() => () => h('p'))
  router = createRouter({
    history: createMemoryHistory(),
    routes: [
      { path: '/', name: 'list', component: Page },
      { path: '/other', name: 'other', component: Other },
    ],
  })
  await router.push(address)
  const app = mount(Page, { global: { plugins: [router] } })
  unmount = () => app.unmount()
}
/** Lets the router go where it was sent. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve))

beforeEach(() => open('/'))
afterEach(() => unmount())

it('reads the whole state from an address, so that a link and a reload show the same', async () => {
  unmount()
  await open('/?q=ada&role=admin&sort=seen&order=desc&after=c1&after=c2&page=3')
  expect(query.filters.value).toEqual({ q: 'ada', role: 'admin' })
  expect(query.page.value).toBe(3)
  expect(query.params.value).toEqual({ q: 'ada', role: 'admin', sort: 'seen', order: 'desc', cursor: 'c2' })
})

it('takes what an address cannot mean for what is usual', async () => {
  unmount()
  await open('/?role=god&sort=password&order=up&page=7')
  expect(query.params.value).toEqual({ q: '', role: '', sort: 'name', order: 'asc', cursor: undefined })
  expect(query.page.value).toBe(1)
  expect(query.filtered.value).toBe(false)
})

it('writes pages into the address and goes back through them', async () => {
  query.next('c1')
  await settled()
  query.next('c2')
  await settled()
  expect(router.currentRoute.value.query).toEqual({ after: ['c1', 'c2'], page: '3' })
  query.previous()
  await settled()
  expect(query.params.value['cursor']).toBe('c1')
  expect(query.page.value).toBe(2)
  query.previous()
  await settled()
  expect(router.currentRoute.value.query).toEqual({})
})

it('begins on the first page when a filter or the order changes', async () => {
  query.next('c1')
  await settled()
  query.set({ role: 'admin' })
  await settled()
  expect(router.currentRoute.value.query).toEqual({ role: 'admin' })
  query.next('c1')
  await settled()
  query.sortBy('seen', 'desc')
  await settled()
  expect(router.currentRoute.value.query).toEqual({ role: 'admin', sort: 'seen', order: 'desc' })
})

it('keeps what is usual out of the address, and clears filters but not the order', async () => {
  query.sortBy('seen', 'asc')
  query.set({ q: 'a', role: 'user' })
  await settled()
  expect(router.currentRoute.value.query).toEqual({ sort: 'seen', q: 'a', role: 'user' })
  query.clear()
  await settled()
  expect(router.currentRoute.value.query).toEqual({ sort: 'seen' })
})

it('follows Back, and does not take the address of another page for its own', async () => {
  query.set({ role: 'admin' })
  await settled()
  router.back()
  await settled()
  expect(query.filters.value.role).toBe('')
  await router.push('/other?role=user')
  expect(query.filters.value.role).toBe('')
})

it('keeps the address short on a long way, and says the page all the same', async () => {
  for (let page = 1; page <= 14; page += 1) query.next(`c${page}`)
  await settled()
  expect(query.page.value).toBe(15)
  expect(router.currentRoute.value.query['after']).toHaveLength(10)
})
