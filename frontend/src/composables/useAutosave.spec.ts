import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { effectScope, nextTick, type EffectScope } from 'vue'
import { ApiProblem } from '../api/client'
import { useAutosave, type Autosave } from './useAutosave'

interface Fields {
  title: string
  tags: string[]
}

let scope: EffectScope
/** What the portal has. */
let stored: Fields & { revision: number }
let known: number
let writes: Partial<Fields>[]
let form: Autosave<Fields>
let refuseWith: ApiProblem | null

const fields = (): Fields => ({ title: stored.title, tags: stored.tags })
const conflict = (): ApiProblem => new ApiProblem({ code: 'revision-conflict', status: 409, detail: '' })

beforeEach(() => {
  vi.useFakeTimers()
  stored = { title: 'Iris', tags: ['a'], revision: 1 }
  known = 1
  writes = []
  refuseWith = null
  scope = effectScope()
  form = scope.run(() =>
    useAutosave<Fields>(fields(), {
      write: async (changes) => {
        await Promise.resolve()
        if (refuseWith) throw refuseWith
        if (known !== stored.revision) throw conflict()
        writes.push(changes)
        stored = { ...stored, ...changes, revision: stored.revision + 1 }
        known = stored.revision
        return fields()
      },
      read: async () => {
        await Promise.resolve()
        known = stored.revision
        return fields()
      },
      isConflict: ({ code }) => code === 'revision-conflict',
      clean: ({ title, tags }) => ({ title: title.trim(), tags }),
      mistakes: ({ title }): Record<string, string> => (title.trim() === '' ? { title: 'missing' } : {}),
    }),
  ) as Autosave<Fields>
})
afterEach(() => {
  scope.stop()
  vi.useRealTimers()
})

async function type(title: string): Promise<void> {
  form.form.value = { ...form.form.value, title }
  await nextTick()
}

it('stores only what was changed, once typing has stopped, and leaves what is typed as it is', async () => {
  await type('Iris c')
  await type('Iris classifier ')
  expect(form.state.value).toBe('waiting')
  await vi.runAllTimersAsync()
  expect(writes).toEqual([{ title: 'Iris classifier' }])
  expect(form.form.value.title).toBe('Iris classifier ')
  expect(form.state.value).toBe('saved')
})

it('stores on top of what someone else changed elsewhere, and shows that', async () => {
  stored = { title: 'Iris', tags: ['b'], revision: 5 }
  await type('Iris 2')
  expect(await form.flush()).toBe(true)
  expect(stored).toMatchObject({ title: 'Iris 2', tags: ['b'] })
  expect(form.form.value.tags).toEqual(['b'])
})

it.each([
  { keep: 'mine' as const, title: 'Mine' },
  { keep: 'theirs' as const, title: 'Theirs' },
])('lets one choose what was changed in both places: $keep', async ({ keep, title }) => {
  stored = { ...stored, title: 'Theirs', revision: 5 }
  await type('Mine')
  expect(await form.flush()).toBe(false)
  expect(form.state.value).toBe('conflict')
  expect(form.theirs.value).toEqual({ title: 'Theirs' })
  expect(form.form.value.title).toBe('Mine')
  expect(await form.settle(keep)).toBe(true)
  expect([form.form.value.title, stored.title]).toEqual([title, title])
})

it('keeps back what is wrong, and stores the rest', async () => {
  form.form.value = { title: ' ', tags: ['c'] }
  expect(await form.flush()).toBe(false)
  expect(writes).toEqual([{ tags: ['c'] }])
  expect(form.state.value).toBe('mistake')
})

it('says when it could not be stored, keeps it, and tries again when asked', async () => {
  refuseWith = new ApiProblem({ code: 'database-unavailable', status: 503, detail: '' })
  await type('Iris 2')
  expect(await form.flush()).toBe(false)
  expect([form.state.value, form.problem.value?.code]).toEqual(['failed', 'database-unavailable'])
  refuseWith = null
  expect(await form.flush()).toBe(true)
  expect(stored.title).toBe('Iris 2')
})

it('stores what is left when it goes away', async () => {
  await type('Iris 2')
  scope.stop()
  await vi.runAllTimersAsync()
  expect(stored.title).toBe('Iris 2')
})
