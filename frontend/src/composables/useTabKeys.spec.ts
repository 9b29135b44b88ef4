import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import type { Component } from 'vue'
import { mountWithApp } from '../../test/mount'
import TabRow from '../components/content/TabRow.vue'
import SegmentsField from '../components/form/SegmentsField.vue'

let row: VueWrapper
afterEach(() => row.unmount())

const choices = ['first', 'second', 'third'].map((value) => ({ value, label: value }))
const rows: [string, Component, Record<string, unknown>][] = [
  ['tab', TabRow, { id: 'x', tabs: choices, panelOf: (value: string) => `${value}-panel` }],
  ['radio', SegmentsField, { options: choices }],
]

it.each(rows)('moves along a row of role %s by its keys, round and round, with one stop for Tab', async (role, component, props) => {
  row = mountWithApp(component, {
    ...{ label: 'Row', modelValue: 'first', ...props },
    'onUpdate:modelValue': (modelValue: string) => void row.setProps({ modelValue }),
  })
  const seen: string[] = []
  for (const key of ['ArrowRight', 'End', 'ArrowRight', 'ArrowLeft', 'Home', 'Enter']) {
    await row.trigger('keydown', { key })
    await flushPromises()
    const stops = row.findAll(`[role=${role}][tabindex="0"]`).map((stop) => stop.text())
    seen.push(stops.join())
    expect(document.activeElement?.textContent?.trim()).toBe(stops[0])
  }
  expect(seen).toEqual(['second', 'third', 'first', 'third', 'first', 'first'])
  await row.findAll('button')[1]?.trigger('click')
  expect(row.find('[aria-selected=true], [aria-checked=true]').text()).toBe('second')
})
