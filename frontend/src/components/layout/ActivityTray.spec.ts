import type { VueWrapper } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { mountWithApp } from '../../../test/mount'
import { makeTask } from '../../../test/make'
import type { UploadItem } from '../models'
import ActivityTray from './ActivityTray.vue'

let tray: VueWrapper
afterEach(() => tray.unmount())

const upload: UploadItem = {
  ...{ key: 1, name: 'iris.csv', size: 100, datasetId: 'd1', projectSlug: 'iris', state: 'uploading', sent: 50, speed: null },
  problem: null,
}
const show = (props: Record<string, unknown>): VueWrapper => {
  tray = mountWithApp(ActivityTray, { open: false, uploads: [], deploys: [], tasks: [], ...props })
  return tray
}

it('says in one line what is under way, and how far all of it is', () => {
  const text = show({ uploads: [upload], tasks: [makeTask({ current: 1, total: 4 })] })
    .find('.tray__summary')
    .text()
  expect(text).toBe('1 upload under way · 1 export under way · 37 %')
})

it('says that a task has ended while it is closed, and can be cleared', async () => {
  show({ tasks: [makeTask({ state: 'failed', endedAt: '2026-06-01T12:01:00.000Z' })] })
  expect(tray.find('.tray__summary').text()).toBe('1 failed')
  expect(tray.find('.tray__news').exists()).toBe(true)
  await tray.find('[aria-label="Clear what has ended"]').trigger('click')
  expect(tray.emitted('clear')).toHaveLength(1)
})

it('opens by its button, which says whether it is open', async () => {
  show({ uploads: [upload] })
  const button = tray.find('[aria-label="Show activity"]')
  expect(button.attributes('aria-expanded')).toBe('false')
  await button.trigger('click')
  expect(tray.emitted('update:open')).toEqual([[true]])
})
