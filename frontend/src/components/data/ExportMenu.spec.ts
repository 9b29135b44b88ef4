import { mount } from '@vue/test-utils'
import type { VueWrapper } from '@vue/test-utils'
import { ClosePopup, Notify, QBtn, QIcon, QItem, QItemSection, QMenu, QTooltip, Quasar } from 'quasar'
import { afterEach, expect, it, vi } from 'vitest'
import { nextTick } from 'vue'
import { i18n } from '../../plugins/i18n'
import { fakePortal, refusal } from '../../../test/fake-portal'
import '../../../test/mount'
import ExportMenu from './ExportMenu.vue'
import RowMenu from './RowMenu.vue'

let menu: VueWrapper
function show(pdf = true): void {
  menu = mount(ExportMenu, {
    props: { path: '/reports/r1/export', pdf },
    attachTo: document.body,
    global: {
      plugins: [
        [Quasar, { components: { QBtn, QIcon, QItem, QItemSection, QMenu, QTooltip }, directives: { ClosePopup }, plugins: { Notify } }],
        i18n,
      ],
    },
  }) as VueWrapper
}
const pick = (format: string): void => {
  menu.findComponent(RowMenu).vm.$emit('pick', format)
}
const trouble = (): string => document.querySelector('.export-trouble')?.textContent ?? ''
const press = (label: string): void => {
  const buttons = [...document.querySelectorAll<HTMLElement>('.export-note button')]
  buttons.find(({ textContent }) => textContent.includes(label))?.click()
}
afterEach(async () => {
  menu.unmount()
  vi.unstubAllGlobals()
  await vi.waitFor(() => expect(trouble()).toBe(''))
})

it('offers a PDF only where the portal prints', () => {
  show(false)
  expect(menu.findComponent(RowMenu).props('actions')).toMatchObject([{ key: 'html' }])
})

it('says that a PDF is being made, and stops when asked to', async () => {
  let stopped = false
  vi.stubGlobal('fetch', (_address: string, { signal }: RequestInit) => {
    return new Promise((_resolve, reject) =>
      signal?.addEventListener('abort', () => {
        stopped = true
        reject(new DOMException('', 'AbortError'))
      }),
    )
  })
  show()
  pick('pdf')
  await nextTick()
  expect(menu.find('[role=status]').text()).toBe('The PDF is being made')
  await vi.waitFor(() => expect(document.querySelector('.export-note')?.textContent).toContain('The PDF is being made ·'), 4000)
  press('Stop')
  await vi.waitFor(() => expect(menu.find('[role=status]').text()).toBe(''))
  expect([stopped, trouble()]).toEqual([true, ''])
})

it('tells what went wrong in words of the page, and offers what may work', async () => {
  const calls = fakePortal({ 'GET /reports/r1/export': () => refusal(503, 'export-busy') })
  show()
  pick('pdf')
  await vi.waitFor(() => expect(trouble()).toContain('Try again'))
  expect(trouble()).toContain('Save as a web page')
  expect(trouble()).not.toContain('export-busy')
  press('Try again')
  await vi.waitFor(() => expect(calls).toHaveLength(2))
})

it('does not offer to try again what cannot work', async () => {
  fakePortal({ 'GET /reports/r1/export': () => refusal(422, 'export-too-large') })
  show()
  pick('html')
  await vi.waitFor(() => expect(trouble()).toContain('Close'))
  expect(trouble()).not.toContain('Try again')
})
