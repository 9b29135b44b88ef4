import { pageSize } from './admin'
import type { ListPage } from './admin'
import { api, apiUrl } from './client'
import type { Query } from './client'
import type { StartExportDto, TaskItemDto } from './generated'
import type { Task } from './tasks'

/** What became of one project of a task; `reason` says what to do about it. Sizes are bytes. */
export type TaskItem = TaskItemDto
/** Which projects a bulk export takes, and what of them. */
export type BulkExport = Required<StartExportDto>

const of = (id: string): string => `/tasks/${encodeURIComponent(id)}`

/** Begins a task, which goes on when the page is closed. @throws ApiProblem `task-running` while one has another one */
export const startExport = (input: BulkExport): Promise<Task> => api.post('/admin/exports', input)
/** The newest first. */
export const listTasks = (query: Query, signal?: AbortSignal): Promise<ListPage<Task>> =>
  api.get('/tasks', { limit: pageSize, ...query }, signal)
/** What became of each project, the oldest first. */
export const listTaskItems = (id: string, query: Query, signal?: AbortSignal): Promise<ListPage<TaskItem>> =>
  api.get(`${of(id)}/items`, { limit: pageSize, ...query }, signal)
/** Ends a task within a second or two; what was done is kept. */
export const cancelTask = (id: string): Promise<Task> => api.post(`${of(id)}/cancel`)
/** Goes on with what failed or was not reached. */
export const retryTask = (id: string): Promise<Task> => api.post(`${of(id)}/retry`)
/** Removes a task that has ended, with its files. */
export const deleteTask = (id: string): Promise<void> => api.send('DELETE', of(id))
/** Where its ZIP is: a plain link, which the portal leads on to the store. */
export const taskDownload = (id: string): string => apiUrl(`${of(id)}/download`)
