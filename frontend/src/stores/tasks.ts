import { defineStore } from 'pinia'
import { computed, shallowReactive } from 'vue'
import { ApiProblem } from '../api/client'
import * as api from '../api/tasks'
import type { Task } from '../api/tasks'
import { refresher } from '../composables/refresher'
import { hasEnded } from '../composables/task-progress'
import { useLiveStore } from './live'
import { useSessionStore } from './session'

/** A task that moves is read again so often at most, in milliseconds; between, its event says how far it is. */
const readEvery = 1000

/** Tasks of the portal that someone looks at, and one's own that are under way. */
export const useTasksStore = defineStore('tasks', () => {
  const live = useLiveStore()
  const session = useSessionStore()

  const items = shallowReactive(new Map<string, Task>())
  /** One's own that were seen under way, until they are dismissed. */
  const followed = shallowReactive(new Set<string>())
  const timers = new Map<string, ReturnType<typeof setTimeout>>()

  function put(task: Task): void {
    items.set(task.id, task)
    if (!hasEnded(task) && task.createdBy.id === session.user?.id) followed.add(task.id)
  }

  function drop(id: string): void {
    items.delete(id)
    followed.delete(id)
  }

  function read(id: string): Promise<Task> {
    clearTimeout(timers.get(id))
    timers.delete(id)
    return api.getTask(id)
  }
  /** Reads a task again. */
  const refresh = refresher(read, put, drop)

  function refreshSoon(id: string): void {
    if (!timers.has(id))
      timers.set(
        id,
        setTimeout(() => void refresh(id), readEvery),
      )
  }

  /** Finds one's own tasks that are under way, also those of an earlier visit. */
  async function find(): Promise<void> {
    try {
      const found = await Promise.all([api.listTasksIn('running'), api.listTasksIn('queued')])
      for (const task of found.flat()) if (task.createdBy.id === session.user?.id) put(task)
    } catch (error) {
      // The next event of a task brings it back.
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  live.on('task.changed', ({ taskId, state, current, total }) => {
    const known = items.get(taskId)
    // How it ended is for the task itself to say.
    if (known?.state !== state) return void refresh(taskId)
    items.set(taskId, { ...known, current, total })
    refreshSoon(taskId)
  })
  live.on('resumed', () => {
    for (const id of items.keys()) void refresh(id)
  })

  return {
    items,
    followed: computed(() => [...followed].flatMap((id) => items.get(id) ?? [])),
    /** Takes over what was read elsewhere. */
    put,
    drop,
    refresh,
    find,
    dismiss: (id: string): boolean => followed.delete(id),
  }
})
