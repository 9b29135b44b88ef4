import { api } from './client'

/** Work of the portal's that takes a while. Times are ISO 8601, sizes bytes; `current` of `total` projects are through. */
export interface Task {
  id: string
  kind: 'bulk-export'
  state: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  current: number
  total: number
  done: number
  skipped: number
  failed: number
  /** It was asked to end and has not yet. */
  cancelling: boolean
  /** Trying again would do something. */
  canRetry: boolean
  createdAt: string
  startedAt: string | null
  endedAt: string | null
  createdBy: { id: string; username: string; displayName: string }
  /** What it is doing, or how it ended. */
  note: string
  problem: { code: string; detail: string } | null
  result: { bytes: number; expiresAt: string } | null
  /** What it was asked to do. */
  params: Record<string, unknown>
}

export const getTask = (id: string): Promise<Task> => api.get(`/tasks/${encodeURIComponent(id)}`)
/** The newest tasks of a state: one's own, or everybody's for an admin. */
export const listTasksIn = async (state: Task['state']): Promise<Task[]> =>
  (await api.get<{ items: Task[] }>('/tasks', { state, limit: 20 })).items
