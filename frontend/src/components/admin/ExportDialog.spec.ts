import type { VueWrapper } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { nextTick } from 'vue'
import { mountWithApp } from '../../../test/mount'
import { ApiProblem } from '../../api/client'
import ExportDialog from './ExportDialog.vue'

let dialog: VueWrapper
afterEach(() => dialog.unmount())

async function show(pdf: boolean, problem: ApiProblem | null = null): Promise<HTMLElement> {
  dialog = mountWithApp(ExportDialog, { modelValue: true, pdf, pending: false, problem })
  await nextTick()
  const shown = document.querySelector<HTMLElement>('.form-dialog')
  if (!shown) throw new Error('nothing is shown')
  return shown
}
const box = (shown: HTMLElement, value: string): HTMLInputElement | null => shown.querySelector(`input[value=${value}]`)
const start = (shown: HTMLElement): unknown => shown.querySelector('form')?.dispatchEvent(new Event('submit', { cancelable: true }))

it('says why there is no PDF where the portal does not print', async () => {
  const shown = await show(false)
  expect(box(shown, 'pdf')).toBeNull()
  expect(shown.textContent).toContain('There is no PDF here')
})

it('takes what is published of every project unless told otherwise, and at least one kind of them', async () => {
  const shown = await show(true)
  start(shown)
  expect(dialog.emitted('start')).toEqual([
    [{ what: 'published', format: 'html', visibility: ['private', 'internal', 'public'], lang: 'en' }],
  ])
  for (const value of ['private', 'internal', 'public']) {
    box(shown, value)?.click()
    await nextTick()
  }
  start(shown)
  expect(dialog.emitted('start')).toHaveLength(1)
  expect(shown.textContent).toContain('Choose at least one.')
})

it('leads to the export that has to end first', async () => {
  const errors = [{ path: 'task', message: 't1' }]
  await show(true, new ApiProblem({ status: 409, code: 'task-running', detail: '', errors }))
  expect(document.querySelector('.form-dialog .problem')?.textContent).toContain('An export of yours runs already.')
  expect(document.querySelector('.export-form__running')).not.toBeNull()
})
