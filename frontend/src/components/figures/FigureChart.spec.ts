import { flushPromises } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../../test/fake-portal'
import { mountWithApp } from '../../../test/mount'
import { useFiguresStore } from '../../stores/figures'
import FigureChart from './FigureChart.vue'

// What is drawn is a matter of Plotly; here it is the numbers alone.
vi.mock('../../plugins/tiptap-charts/ChartFigure.vue', () => ({
  default: { props: ['spec'], template: '<div><output>{{ spec.data[0].y.join() }}</output><slot name="bar" /></div>' },
}))

const source = { kind: 'figure', figure: 'f1', hash: 'old', takenAt: '2026-06-01T12:00:00.000Z' }
const figure = (hash: string): object => ({
  id: 'f1',
  projectId: 'p1',
  name: 'loss',
  title: 'Loss',
  hash,
  updatedAt: '2026-06-02T12:00:00Z',
})
let items: object[]
let drawing: object
let chart: VueWrapper
let calls: string[]

function show(editable = false): void {
  chart = mountWithApp(FigureChart, {
    chart: { title: 'Loss', summary: '', height: 300, spec: { data: [{ y: [1] }], layout: {} }, source },
    source,
    projectId: 'p1',
    editable,
  })
}
beforeEach(() => {
  setActivePinia(createPinia())
  items = [figure('old')]
  drawing = { body: { spec: { data: [{ y: [1, 2] }], layout: { template: {} } }, hash: 'new', revision: 2, updatedAt: '' } }
  calls = fakePortal({ 'GET /projects/p1/figures': () => ({ body: { items } }), 'GET /figures/f1/spec': () => drawing })
})
afterEach(() => {
  chart.unmount()
  vi.unstubAllGlobals()
})

const drawn = (): string => chart.get('output').text()
const choose = async (mode: 'written' | 'live'): Promise<void> => {
  await chart.get(`input[value=${mode}]`).setValue(true)
  await flushPromises()
}

it('shows what was written about, and loads nothing that nobody asked for', async () => {
  show()
  await flushPromises()
  expect(drawn()).toBe('1')
  expect(chart.text()).not.toContain('moved')
  expect(calls).toEqual(['GET /projects/p1/figures'])
})

it('says when the data has moved, and goes live and back', async () => {
  items = [figure('new')]
  show()
  await flushPromises()
  expect(chart.text()).toContain('The data has moved since')
  await choose('live')
  expect(drawn()).toBe('1,2')
  expect(chart.get('[role=status]').text()).toBe('Loss: now live.')
  await choose('written')
  expect(drawn()).toBe('1')
})

it('follows the figure while it is live, and goes back to what was written when the figure goes', async () => {
  items = [figure('new')]
  show()
  await flushPromises()
  await choose('live')
  drawing = { body: { spec: { data: [{ y: [1, 2, 3] }], layout: {} }, hash: 'newer', revision: 3, updatedAt: '' } }
  items = [figure('newer')]
  await useFiguresStore().load('p1')
  await flushPromises()
  expect(drawn()).toBe('1,2,3')
  items = []
  await useFiguresStore().load('p1')
  await flushPromises()
  expect(drawn()).toBe('1')
  expect(chart.text()).toContain('is gone')
})

it('stays as it was written when the live figure cannot be loaded', async () => {
  items = [figure('new')]
  const works = drawing
  drawing = refusal(503, 'database-unavailable')
  show()
  await flushPromises()
  await choose('live')
  expect(drawn()).toBe('1')
  expect(chart.get('[role=alert]').text()).toContain('The live figure could not be loaded.')
  expect((chart.get('input[value=written]').element as HTMLInputElement).checked).toBe(true)
  drawing = works
  await chart.get('[role=alert] button').trigger('click')
  await flushPromises()
  expect(drawn()).toBe('1,2')
})

it('renews what is in the text from the newest', async () => {
  items = [figure('new')]
  show(true)
  await flushPromises()
  await chart.get('button').trigger('click')
  await flushPromises()
  expect(chart.emitted('renew')).toMatchObject([[{ spec: { data: [{ y: [1, 2] }], layout: {} }, source: { kind: 'figure', hash: 'new' } }]])
})
