import { mount, type VueWrapper } from '@vue/test-utils'
import { afterEach, describe, expect, it } from 'vitest'
import { defineComponent, nextTick, useTemplateRef } from 'vue'
import { useKeptFocus } from './useKeptFocus'

const Page = defineComponent({
  props: { rows: { type: Array<string>, required: true }, path: { type: String, default: '/' }, dialog: Boolean, frame: Boolean },
  setup(props) {
    useKeptFocus(useTemplateRef<HTMLElement>('root'), useTemplateRef<HTMLElement>('main'), () => props.path)
  },
  template: `<div>
    <div ref="root">
      <a href="#top">top</a>
      <main ref="main">
        <ul v-if="rows.length > 0">
          <li v-for="row in rows" :key="row"><a :href="'#' + row">{{ row }}</a><button :id="row">Delete {{ row }}</button></li>
        </ul>
        <p v-else><button id="first">Add the first</button></p>
      </main>
    </div>
    <Teleport to="body"><aside v-if="dialog || frame"><p v-if="dialog" role="dialog"><button id="yes">Yes</button></p></aside></Teleport>
  </div>`,
})

let page: VueWrapper | null = null
afterEach(() => page?.unmount())

async function show(props: { rows: string[]; path?: string; dialog?: boolean; frame?: boolean }): Promise<VueWrapper> {
  page?.unmount()
  page = mount(Page, { props, attachTo: document.body })
  await nextTick()
  return page
}
const focus = (id: string): void => document.getElementById(id)?.focus()
/** What is removed is told after the page was drawn. */
async function set(props: Record<string, unknown>): Promise<string> {
  await page?.setProps(props)
  await new Promise((resolve) => setTimeout(resolve))
  const { activeElement } = document
  return activeElement?.id || (activeElement?.tagName.toLowerCase() ?? '')
}

describe('useKeptFocus', () => {
  it('goes to the same control of the row that moves up, and from the last row to the one above', async () => {
    await show({ rows: ['a', 'b', 'c'] })
    focus('b')
    expect(await set({ rows: ['a', 'c'] })).toBe('c')
    expect(await set({ rows: ['a'] })).toBe('a')
  })

  it('goes to what is shown instead of a list', async () => {
    await show({ rows: ['a'] })
    focus('a')
    expect(await set({ rows: [] })).toBe('first')
  })

  it('goes to the beginning of what is new on another page', async () => {
    await show({ rows: ['a', 'b'] })
    focus('a')
    expect(await set({ rows: [], path: '/other' })).toBe('main')
  })

  it('goes back below what was open over the page, wherever that is by then', async () => {
    await show({ rows: ['a', 'b'] })
    focus('a')
    await set({ dialog: true })
    focus('yes')
    expect(await set({ rows: ['b'] })).toBe('yes')
    expect(await set({ dialog: false })).toBe('b')
  })

  it('goes to the beginning of another page when what was open over the last one goes bit by bit', async () => {
    await show({ rows: ['a', 'b'] })
    focus('a')
    await set({ dialog: true, frame: true })
    focus('yes')
    expect(await set({ rows: ['a'], path: '/other' })).toBe('yes')
    expect(await set({ dialog: false })).toBe('aside')
    expect(await set({ frame: false })).toBe('main')
  })

  it('goes back, too, when a dialog went before it had the focus', async () => {
    await show({ rows: ['a', 'b'] })
    focus('b')
    await set({ dialog: true })
    document.getElementById('b')?.blur()
    expect(await set({ dialog: false })).toBe('b')
  })

  it('leaves alone who has taken the focus, and who has none', async () => {
    await show({ rows: ['a', 'b', 'c'] })
    focus('a')
    focus('c')
    expect(await set({ rows: ['b', 'c'] })).toBe('c')
    const { activeElement } = document
    if (activeElement instanceof HTMLElement) activeElement.blur()
    expect(await set({ rows: ['c'] })).toBe('body')
  })
})
