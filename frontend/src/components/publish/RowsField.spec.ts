import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { mountWithApp } from '../../../test/mount'
import RowsField from './RowsField.vue'

let field: VueWrapper
afterEach(() => field.unmount())

/** As a page has it: what is in the list is the page's. */
function show(rows: { title: string }[]): void {
  field = mountWithApp(RowsField, {
    ...{ label: 'Links', columns: [{ key: 'title', label: 'Title' }], most: 5, add: 'Add a link', errors: {} },
    ...{ remove: (row: { title: string }) => `Remove ${row.title}`, modelValue: rows },
    'onUpdate:modelValue': (modelValue: { title: string }[]) => void field.setProps({ modelValue }),
  })
}
/** What is in the field that has the focus; null where no field has it. */
const focused = (): string | null => (document.activeElement instanceof HTMLInputElement ? document.activeElement.value : null)

it('goes to the row that was added, and to the one that takes the place of one that was removed', async () => {
  show([])
  await field.find('.entries__add').trigger('click')
  await flushPromises()
  expect(focused()).toBe('')
  await field.setProps({ modelValue: [{ title: 'a' }, { title: 'b' }] })
  await field.find('.entries__add').trigger('click')
  await flushPromises()
  expect(focused()).toBe('')
  await field.findAll('.entries__remove')[0]?.trigger('click')
  await flushPromises()
  expect(focused()).toBe('b')
})
