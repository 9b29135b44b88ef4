import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../../test/fake-portal'
import { makeProject } from '../../../test/make'
import { mountWithApp } from '../../../test/mount'
import type { ChecklistItem, Publication } from '../../api/publications'
import type { Project } from '../../components/models'
import PublishPanel from './PublishPanel.vue'

vi.mock('vue-router', () => ({ useRouter: () => ({ resolve: () => ({ href: '/p/iris/v/1' }) }) }))

const licence: ChecklistItem = {
  ...{ id: 'licence', state: 'blocking', title: 'Licence', detail: 'Choose a licence.' },
  ...{ params: { licence: '' }, field: 'licence' },
}
let page: VueWrapper
let calls: string[]
const sent: unknown[] = []

beforeEach(() => {
  setActivePinia(createPinia())
  sent.length = 0
})
afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

async function show(state: Partial<Publication>, project: Partial<Project> = {}, publish = () => ({ body: { number: 1 } as object })) {
  calls = fakePortal({
    'GET /projects/p1/publication': () => ({ body: { checklist: [], changed: true, latest: null, ...state } }),
    'GET /projects/p1/versions': () => ({ body: { items: [] } }),
    'GET /projects/iris': () => ({ body: makeProject() }),
    'GET /auth/options': () => refusal(503, 'database-unavailable'),
    'POST /projects/p1/publication': ({ body }) => {
      sent.push(body)
      return publish()
    },
  })
  page = mountWithApp(PublishPanel, { project: makeProject(project) })
  await flushPromises()
}
const button = () => page.get('button[type=submit]')
const choose = (value: string) => page.get(`input[value=${value}]`).setValue()

it('lets what is missing stand in the way of everyone reading it, not of a version for the others', async () => {
  await show({ checklist: [licence] })
  expect(page.get('[data-check=licence]').text()).toContain('Choose a licence: without one nobody else may use it.')
  expect(button().attributes('disabled')).toBeUndefined()
  await choose('public')
  expect(button().attributes('disabled')).toBe('')
  await choose('internal')
  expect(button().attributes('disabled')).toBeUndefined()
})

it('publishes with the note and the new readers, and shows the permalink', async () => {
  await show({})
  await choose('internal')
  await page.get('textarea').setValue(' First. ')
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(sent).toEqual([{ note: 'First.', visibility: 'internal' }])
  expect(page.get('.published').text()).toContain('/p/iris/v/1')
})

it('has nothing to publish when nothing changed, unless more may read it', async () => {
  await show({ changed: false, latest: 1 }, { visibility: 'internal' })
  expect(button().attributes('disabled')).toBe('')
  await choose('public')
  expect(button().attributes('disabled')).toBeUndefined()
})

it('reads the checklist again when the portal says that something stands in the way', async () => {
  await show({}, {}, () => refusal(409, 'publication-blocked') as { body: object })
  calls.length = 0
  await page.get('form').trigger('submit')
  await flushPromises()
  expect(calls).toEqual(['POST /projects/p1/publication', 'GET /projects/p1/publication'])
  expect(page.find('.published').exists()).toBe(false)
})

it('leaves publishing to who manages the project', async () => {
  await show({}, { allowed: ['project:read', 'project:update'] })
  expect(page.find('form').exists()).toBe(false)
  expect(page.text()).toContain('Ada')
})
