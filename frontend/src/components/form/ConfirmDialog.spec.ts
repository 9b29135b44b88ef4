import { afterEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import type { VueWrapper } from '@vue/test-utils'
import { mountWithApp } from '../../../test/mount'
import ConfirmDialog from './ConfirmDialog.vue'

let dialog: VueWrapper
afterEach(() => dialog.unmount())

async function show(props: Record<string, unknown>): Promise<HTMLElement> {
  dialog = mountWithApp(ConfirmDialog, {
    modelValue: true,
    title: 'Delete “Iris”?',
    action: 'Delete',
    pending: false,
    problem: null,
    ...props,
  })
  await nextTick()
  const shown = document.querySelector<HTMLElement>('.confirm')
  if (!shown) throw new Error('nothing is shown')
  return shown
}
const submit = (shown: HTMLElement): unknown => shown.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))

it('does nothing until the word is typed', async () => {
  const shown = await show({ word: 'iris' })
  submit(shown)
  expect(dialog.emitted('confirm')).toBeUndefined()
  const input = shown.querySelector('input')
  if (input) input.value = 'iris'
  input?.dispatchEvent(new Event('input'))
  await nextTick()
  submit(shown)
  expect(dialog.emitted('confirm')).toHaveLength(1)
})

it('does not ask twice while it is under way', async () => {
  submit(await show({ pending: true }))
  expect(dialog.emitted('confirm')).toBeUndefined()
})
