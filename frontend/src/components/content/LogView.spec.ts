import { afterEach, beforeEach, expect, it } from 'vitest'
import { nextTick, ref, shallowRef } from 'vue'
import type { VueWrapper } from '@vue/test-utils'
import { mountWithApp } from '../../../test/mount'
import type { StreamStatus } from '../../api/event-stream'
import { LogBuffer } from '../../composables/log-buffer'
import type { LogStream } from '../../composables/useLogStream'
import LogView from './LogView.vue'

let view: VueWrapper
let stream: LogStream

function say(...texts: string[]): Promise<void> {
  stream.buffer.push(texts.map((text) => ({ ts: '2026-06-01T12:00:00Z', pod: 'pod-1', container: 'app', text })))
  stream.version.value += 1
  return nextTick()
}

beforeEach(() => {
  stream = {
    buffer: new LogBuffer(),
    version: shallowRef(0),
    status: ref<StreamStatus>({ state: 'live' }),
    endReason: ref(null),
    reconnect: () => {},
  }
  view = mountWithApp(LogView, { stream, name: 'demo', evidence: "No module named 'sklearn'" })
})
afterEach(() => view.unmount())

const button = (label: string) => view.get(`[aria-label="${label}"]`)
const lines = (): string[] => view.findAll('.log__text').map((line) => line.text())

it('renders few of many rows', async () => {
  await say(...Array.from({ length: 5000 }, (_, index) => `line ${index}`))
  expect(view.get('.log__count').text()).toBe('5,001 lines')
  expect(view.findAll('.log__row').length).toBeLessThan(60)
  expect(view.get('.log__space').attributes('style')).toContain(`${5001 * 20}px`)
})

it('stands still while paused, counts what comes, and goes on', async () => {
  await say('a')
  await button('Pause').trigger('click')
  await say('b', 'c')
  expect(lines()).toEqual(['a'])
  expect(view.get('.log__pill').text()).toBe('2 new lines')
  await view.get('.log__pill').trigger('click')
  await nextTick()
  expect(lines()).toEqual(['a', 'b', 'c'])
  expect(view.find('.log__pill').exists()).toBe(false)
})

it('says whether the cause of a failure stands in the log, and marks it', async () => {
  await say('starting')
  expect(view.emitted('evidence')?.at(-1)).toEqual([false])
  await say("ModuleNotFoundError: No module named 'sklearn'")
  expect(view.emitted('evidence')?.at(-1)).toEqual([true])
  expect(view.get('.log__row--found').text()).toContain('sklearn')
})

it('never renders what an app prints as markup', async () => {
  await say('<img src=x onerror=alert(1)>')
  expect(view.find('.log__row img').exists()).toBe(false)
  expect(lines()).toEqual(['<img src=x onerror=alert(1)>'])
})

it('tells honestly how the stream is', async () => {
  expect(view.get('.log__state').text()).toBe('Live')
  stream.status.value = { state: 'ended', problem: null }
  stream.endReason.value = 'The app was deleted.'
  await nextTick()
  expect(view.get('.log__state').text()).toBe('Ended: The app was deleted.')
  expect(view.text()).toContain('Reconnect')
})
