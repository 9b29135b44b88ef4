import type { TaskItem } from '../../api/admin-exports'
import type { Task } from '../../api/tasks'

/** What is asked of a task. */
export interface TaskQuestion {
  what: 'cancel' | 'delete' | 'retry'
  task: Task
}

type Tone = 'ok' | 'warn' | 'danger' | 'busy' | 'plain'

export const taskStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const satisfies readonly Task['state'][]
export const itemStates = ['waiting', 'running', 'done', 'skipped', 'failed'] as const satisfies readonly TaskItem['state'][]

const tones: Record<Task['state'], Tone> = { queued: 'plain', running: 'busy', succeeded: 'ok', failed: 'danger', cancelled: 'plain' }
/** The colour of a task's state; one that is done but for some projects wants to be looked at. */
export const taskTone = ({ state, failed }: Pick<Task, 'state' | 'failed'>): Tone =>
  state === 'succeeded' && failed > 0 ? 'warn' : tones[state]

/** The colour of what became of a project. */
export const itemTones: Record<TaskItem['state'], Tone> = {
  waiting: 'plain',
  running: 'busy',
  done: 'ok',
  skipped: 'warn',
  failed: 'danger',
}
