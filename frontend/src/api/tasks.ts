import { api } from './client'
import type { TaskDto, TaskPage } from './generated'

/** Work of the portal's that takes a while. Times are ISO 8601, sizes bytes; `current` of `total` projects are through. */
export type Task = TaskDto

/** A task as it is now. @throws ApiProblem `task-not-found` */
export const getTask = (id: string): Promise<Task> => api.get(`/tasks/${encodeURIComponent(id)}`)
/** The newest tasks of a state: one's own, or everybody's for an admin. */
export const listTasksIn = async (state: Task['state']): Promise<Task[]> => (await api.get<TaskPage>('/tasks', { state, limit: 20 })).items
