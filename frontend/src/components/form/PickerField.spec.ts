import type { VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { mountWithApp } from '../../../test/mount'
import type { PickerEntry } from '../models'
import PickerField from './PickerField.vue'

const ada: PickerEntry = { kind: 'user', id: 'u1', name: 'ada', displayName: 'Ada Lovelace' }
const adele: PickerEntry = { kind: 'user', id: 'u2', name: 'adele', displayName: 'Adele Goldberg' }
const admins: PickerEntry = { kind: 'group', id: 'g1', name: 'admins', displayName: '' }

let field: VueWrapper
beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  field.unmount()
})

function show(search: (q: string) => Promise<PickerEntry[]>, taken?: (entry: PickerEntry) => string): void {
  field = mountWithApp(PickerField, {
    modelValue: null,
    label: 'Who',
    search,
    taken,
    'onUpdate:modelValue': (modelValue: unknown) => void field.setProps({ modelValue }),
  })
}
async function type(text: string): Promise<void> {
  await field.get('[role=combobox]').setValue(text)
  await vi.advanceTimersByTimeAsync(250)
  await nextTick()
}
const press = (key: string): Promise<void> => field.get('[role=combobox]').trigger('keydown', { key })
const options = (): string[] => field.findAll('[role=option]').map((option) => option.text())

it('asks once for what is typed in one go, and shows who was found', async () => {
  const search = vi.fn(async () => [ada, admins])
  show(search)
  await field.get('[role=combobox]').setValue('a')
  await type('ad')
  expect(search).toHaveBeenCalledExactlyOnceWith('ad', expect.any(AbortSignal))
  expect(options()).toHaveLength(2)
  expect(field.get('[role=combobox]').attributes('aria-expanded')).toBe('true')
})

it('is used by keyboard: arrows pass over who cannot be taken, Enter takes', async () => {
  show(
    async () => [ada, adele, admins],
    ({ id }) => (id === 'u1' ? 'Is a member' : ''),
  )
  await type('ad')
  const active = (): string => field.get('[aria-selected=true]').text()
  expect(active()).toContain('Adele')
  await press('ArrowDown')
  expect(active()).toContain('admins')
  await press('ArrowDown')
  expect(active()).toContain('Adele')
  await press('Enter')
  expect(field.emitted('update:modelValue')).toEqual([[adele]])
  expect(field.text()).toContain('Adele Goldberg')
})

it('says that nobody was found, and that the names could not be had', async () => {
  let fails = false
  show(async () => {
    if (fails) throw new TypeError('Failed to fetch')
    return []
  })
  await type('zz')
  expect(field.get('[role=status]').text()).toContain('zz')
  fails = true
  await type('zzz')
  expect(field.get('[role=status]').text()).toContain('could not be loaded')
})

it('closes with Escape and keeps what was typed', async () => {
  show(async () => [ada])
  await type('ad')
  await press('Escape')
  expect(field.get('[role=combobox]').attributes('aria-expanded')).toBe('false')
  expect((field.get('[role=combobox]').element as HTMLInputElement).value).toBe('ad')
})
