import { flushPromises } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../../test/fake-portal'
import { makeEngine } from '../../../test/make'
import { mountWithApp } from '../../../test/mount'
import AppFrame from './AppFrame.vue'

const entry = 'http://demo-iris.apps.localhost:8081/_vitrine/enter?ticket=once'
let frame: VueWrapper
const admission = { body: { url: entry, expiresAt: '2026-06-01T12:01:00.000Z' } }
/** What the portal answers to a request for an admission. */
let answer: object
let calls: string[]

beforeEach(() => {
  answer = admission
  calls = fakePortal({ 'POST /engines/e1/admission': () => answer })
})
afterEach(() => {
  frame.unmount()
  vi.unstubAllGlobals()
})

const sources = (): (string | undefined)[] => frame.findAll('iframe').map((one) => one.attributes('src'))
const press = (label: string): Promise<void> => frame.get(`[aria-label="${label}"]`).trigger('click')

it('loads an app that is for everyone by its address', async () => {
  const engine = makeEngine()
  frame = mountWithApp(AppFrame, { engine })
  await flushPromises()
  expect(sources()).toEqual([engine.url])
  expect(calls).toEqual([])
})

it('asks for an admission to a private app, and for another one to load it again', async () => {
  frame = mountWithApp(AppFrame, { engine: makeEngine({ isPrivate: true }) })
  expect(sources()).toEqual([])
  await flushPromises()
  expect(sources()).toEqual([entry])
  await press('Reload the app')
  await flushPromises()
  expect(calls).toEqual(Array(2).fill('POST /engines/e1/admission'))
})

it('says why someone is not let in, and tries again when asked', async () => {
  answer = refusal(404, 'engine-not-found')
  frame = mountWithApp(AppFrame, { engine: makeEngine({ isPrivate: true }) })
  await flushPromises()
  expect(frame.get('[role=alert]').text()).toContain('There is no such app')
  answer = admission
  await frame.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(frame.find('[role=alert]').exists()).toBe(false)
  expect(sources()).toEqual([entry])
})

it('lets a sleeping app sleep until someone wants it, and then says how waking goes until it has answered', async () => {
  const asleep = makeEngine({ phase: 'Idle' })
  frame = mountWithApp(AppFrame, { engine: asleep })
  expect(sources()).toEqual([])
  await frame.get('.frame__wake').trigger('click')
  await flushPromises()
  expect(sources()).toEqual([asleep.url])
  await frame.setProps({ engine: makeEngine({ phase: 'Waking' }) })
  const states = (): (string | undefined)[] => frame.findAll('.wake__step').map((step) => step.attributes('data-state'))
  expect(states()).toEqual(['done', 'active', 'waiting'])
  await frame.setProps({ engine: makeEngine() })
  expect(states()).toEqual(['done', 'done', 'active'])
  await frame.get('iframe').trigger('load')
  expect(states()).toEqual([])
  // It stays when it falls asleep again.
  await frame.setProps({ engine: asleep })
  expect(sources()).toEqual([asleep.url])
})

it('opens a private app in a tab of its own with an admission asked for at the click', async () => {
  const tab = { opener: globalThis, location: { replace: vi.fn() }, close: vi.fn() }
  vi.stubGlobal('open', () => tab)
  frame = mountWithApp(AppFrame, { engine: makeEngine({ phase: 'Idle', isPrivate: true }) })
  await press('Open in a new tab')
  await flushPromises()
  expect(tab.opener).toBeNull()
  expect(tab.location.replace).toHaveBeenCalledWith(entry)

  answer = { status: 503 }
  await press('Open in a new tab')
  await flushPromises()
  expect(tab.close).toHaveBeenCalledOnce()
  expect(frame.find('.frame__problem').exists()).toBe(true)
})
