import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal } from '../../../test/fake-portal'
import { mountWithApp } from '../../../test/mount'
import QuickSearch from './QuickSearch.vue'

const push = vi.hoisted(() => vi.fn())
vi.mock('vue-router', async (original) => ({ ...(await original<object>()), useRouter: () => ({ push, resolve: () => ({ href: '/' }) }) }))

let search: VueWrapper
beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  search.unmount()
  vi.useRealTimers()
  vi.unstubAllGlobals()
  push.mockReset()
})

const field = (): HTMLInputElement => document.querySelector<HTMLInputElement>('[role=combobox]') ?? document.createElement('input')
const options = (): string[] =>
  [...document.querySelectorAll('[role=option]')].map((option) => option.querySelector('.quick__title')?.textContent ?? '')
const active = (): string => document.getElementById(field().getAttribute('aria-activedescendant') ?? '')?.textContent ?? ''

async function show(): Promise<void> {
  search = mountWithApp(QuickSearch, {
    modelValue: true,
    actions: [{ key: 'action new', group: 'action', icon: '', title: 'New project', text: '', to: '/new' }],
    recent: [{ id: 'p1', slug: 'iris', title: 'Iris' }],
    'onUpdate:modelValue': (modelValue: boolean) => search.setProps({ modelValue }),
  })
  await flushPromises()
}
async function type(text: string): Promise<void> {
  field().value = text
  field().dispatchEvent(new Event('input'))
  await vi.advanceTimersByTimeAsync(150)
  await flushPromises()
}
const press = async (key: string): Promise<void> => {
  field().dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }))
  await flushPromises()
}
const hit = (title: string): object => ({ kind: 'project', id: title, title, text: '', url: `/p/${title}`, projectTitle: null })

it('begins with what was looked at last and what can be done', async () => {
  await show()
  expect(options()).toEqual(['Iris', 'New project'])
  await press('ArrowDown')
  expect(active()).toContain('New project')
  await press('ArrowDown')
  expect(active()).toContain('Iris')
})

it('opens the best match on Enter, and offers to search the catalogue for the rest', async () => {
  fakePortal({ 'GET /search': ({ query }) => ({ body: { items: [hit(`${query.get('q')}-classifier`)] } }) })
  await show()
  await type('iris')
  expect(options()).toEqual(['iris-classifier', 'Search all projects for “iris”'])
  await press('Enter')
  expect(push).toHaveBeenCalledExactlyOnceWith('/p/iris-classifier')
  expect(search.emitted('update:modelValue')).toEqual([[false]])
})

it('never shows the answer to earlier words over that to later ones', async () => {
  const release: Record<string, () => void> = {}
  fakePortal({
    'GET /search': async ({ query }) => {
      const q = query.get('q') ?? ''
      await new Promise<void>((resolve) => (release[q] = resolve))
      return { body: { items: [hit(q)] } }
    },
  })
  await show()
  await type('a')
  await type('ab')
  release['ab']?.()
  await flushPromises()
  release['a']?.()
  await flushPromises()
  expect(options()[0]).toBe('ab')
})
