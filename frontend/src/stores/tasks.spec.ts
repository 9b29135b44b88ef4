import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { makeTask } from '../../test/make'
import type { Task } from '../api/tasks'
import type { LiveEvents } from './live'
import { useLiveStore } from './live'
import { useSessionStore } from './session'
import { useTasksStore } from './tasks'

/** Tells an event, as the portal would. */
let tell: (event: Partial<LiveEvents['task.changed']>) => void

beforeEach(() => {
  setActivePinia(createPinia())
  const live = useLiveStore()
  const heard = vi.spyOn(live, 'on')
  useSessionStore().user = {
    id: 'u1',
    username: 'ada',
    displayName: 'Ada',
    email: null,
    role: 'admin',
    hasPassword: true,
    mustChangePassword: false,
  }
  useTasksStore()
  const listener = heard.mock.calls.find(([event]) => event === 'task.changed')?.[1]
  tell = (event) =>
    (listener as ((data: LiveEvents['task.changed']) => void) | undefined)?.({
      ...{ taskId: 't1', kind: 'bulk-export', state: 'running', current: 1, total: 4 },
      ...event,
    })
})
afterEach(() => {
  vi.unstubAllGlobals()
  vi.useRealTimers()
})

it('finds what one left under way, and nothing of others', async () => {
  const lists: Partial<Record<Task['state'], Task[]>> = {
    running: [makeTask(), makeTask({ id: 't2', createdBy: { id: 'u2', username: 'bo', displayName: '' } })],
    queued: [makeTask({ id: 't3', state: 'queued' })],
  }
  fakePortal({ 'GET /tasks': ({ query }) => ({ body: { items: lists[query.get('state') as Task['state']] ?? [], nextCursor: null } }) })
  const tasks = useTasksStore()
  await tasks.find()
  expect(tasks.followed.map(({ id }) => id)).toEqual(['t1', 't3'])
})

it('shows each step at once, reads the task once a second, and at its end at once', async () => {
  vi.useFakeTimers()
  let state: Task['state'] = 'running'
  const calls = fakePortal({ 'GET /tasks/t1': () => ({ body: makeTask({ state, current: 4 }) }) })
  const tasks = useTasksStore()
  tasks.put(makeTask())
  for (const current of [2, 3, 4]) tell({ current })
  expect([tasks.items.get('t1')?.current, calls.length]).toEqual([4, 0])
  await vi.advanceTimersByTimeAsync(1000)
  expect(calls).toHaveLength(1)
  state = 'succeeded'
  tell({ state, current: 4 })
  await vi.advanceTimersByTimeAsync(0)
  expect([tasks.followed.map((task) => task.state), calls.length]).toEqual([['succeeded'], 2])
})

it('learns of a task that was started elsewhere, and lets go of one that is gone', async () => {
  let gone = false
  fakePortal({ 'GET /tasks/t1': () => (gone ? refusal(404, 'task-not-found') : { body: makeTask() }) })
  const tasks = useTasksStore()
  tell({})
  await vi.waitFor(() => expect(tasks.followed).toHaveLength(1))
  gone = true
  await tasks.refresh('t1')
  expect(tasks.followed).toEqual([])
})
