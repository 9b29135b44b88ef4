import { Injectable } from '@nestjs/common'
import type { AuditResource } from '../../common/auth-context/audit-trail.js'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { decodeCursor, toPage, type Page } from '../../common/pagination/pagination.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { UserRepository } from '../iam/users/user.repository.js'
import { TaskRepository } from './task.repository.js'
import { TaskSweeper } from './task-sweeper.js'
import { TaskWorker } from './task-worker.js'
import { canRetry, itemId, newTask, type Task, type TaskKindName } from './task.js'
import { TaskDto, TaskItemDto, type TaskItemsQuery, type TaskListQuery } from './tasks.dto.js'

const DOWNLOAD_SECONDS = 300

/** The use cases of tasks, whatever their kind. */
@Injectable()
export class TasksService {
  constructor(
    private readonly tasks: TaskRepository,
    private readonly users: UserRepository,
    private readonly store: ObjectStore,
    private readonly worker: TaskWorker,
    private readonly sweeper: TaskSweeper,
  ) {}

  /** Stores a task, which some process takes up within a second. @throws DomainError `task-running` when someone has one of the kind already */
  async start(auth: AuthContext, kind: TaskKindName, params: Record<string, unknown>): Promise<TaskDto> {
    const at = now()
    const task = newTask({
      id: newId(at),
      kind,
      ownerId: auth.user.id,
      params,
      slot: slotOf({ kind, ownerId: auth.user.id }),
      createdAt: at,
    })
    if (!(await this.tasks.insert(task))) throw await this.taken(task)
    auth.trail.change({ resource: resourceOf(task), after: { state: 'queued', ...params } })
    this.worker.changed(task)
    return this.one(task)
  }

  async list({ state, cursor, limit }: TaskListQuery): Promise<Page<TaskDto>> {
    const [before] = cursor === undefined ? [] : decodeCursor(cursor, ['string'])
    const found = await this.tasks.search({
      limit,
      ...(state === undefined ? {} : { state }),
      ...(before === undefined ? {} : { before: String(before) }),
    })
    const page = toPage(found, limit, ({ id }) => [id])
    const owners = await this.users.mapOf(page.items.map(({ ownerId }) => ownerId))
    return { ...page, items: page.items.map((task) => TaskDto.from(task, canRetry(task), owners.get(task.ownerId))) }
  }

  async get(id: string): Promise<TaskDto> {
    return this.one(await this.require(id))
  }

  async items(id: string, { state, cursor, limit }: TaskItemsQuery): Promise<Page<TaskItemDto>> {
    const { id: taskId } = await this.require(id)
    const [after] = cursor === undefined ? [] : decodeCursor(cursor, ['string'])
    const found = await this.tasks.findItems(taskId, {
      limit,
      ...(state === undefined ? {} : { states: [state] }),
      ...(after === undefined ? {} : { after: itemId(taskId, String(after)) }),
    })
    const page = toPage(found, limit, ({ projectId }) => [projectId])
    return { ...page, items: page.items.map((item) => TaskItemDto.from(item)) }
  }

  /** Ends a task within a second or two; one that has ended stays as it is. What was done is kept. */
  async cancel(auth: AuthContext, id: string): Promise<TaskDto> {
    const task = await this.require(id)
    const asked = await this.tasks.requestCancel(id, 'Is being cancelled.')
    if (!asked) return this.one(await this.require(id))
    if (!task.cancelling) auth.trail.change({ resource: resourceOf(task), before: { state: task.state }, after: { state: 'cancelled' } })
    this.worker.changed(asked)
    return this.one(asked)
  }

  /** Takes an ended task up again: what failed, and what was not reached. @throws DomainError `task-not-ended`, `task-without-failures`, `task-running` */
  async retry(auth: AuthContext, id: string): Promise<TaskDto> {
    const task = await this.require(id)
    if (task.active) throw new DomainError('task-not-ended')
    if (!canRetry(task)) throw new DomainError('task-without-failures')
    const again = await this.tasks.restart(id, slotOf(task), 'Waits for its turn again.')
    if (again === 'taken') throw await this.taken(task)
    if (again === null) throw new DomainError('task-without-failures')
    auth.trail.change({ resource: resourceOf(task), before: { state: task.state }, after: { state: 'queued' } })
    this.worker.changed(again)
    return this.one(again)
  }

  /** An address in the object store that serves the result for five minutes. @throws DomainError `task-without-result` */
  async download(auth: AuthContext, id: string): Promise<string> {
    const task = await this.require(id)
    if (!task.result) throw new DomainError('task-without-result')
    const { key, fileName, contentType, bytes } = task.result
    auth.trail.change({ resource: resourceOf(task), after: { downloaded: fileName, bytes } })
    return this.store.presignDownload({ key, fileName, contentType }, DOWNLOAD_SECONDS)
  }

  /** Removes an ended task with its files. @throws DomainError `task-not-ended` */
  async delete(auth: AuthContext, id: string): Promise<void> {
    const task = await this.require(id)
    if (!(await this.tasks.markDeleting(id))) throw new DomainError('task-not-ended')
    auth.trail.change({ resource: resourceOf(task), before: { state: task.state, createdAt: task.createdAt.toISOString() } })
    // What this misses, the next one finds.
    void this.sweeper.sweep()
  }

  private async require(id: string): Promise<Task> {
    const task = await this.tasks.findById(id)
    if (!task) throw new DomainError('task-not-found')
    return task
  }

  private async taken({ kind, ownerId }: Task): Promise<DomainError> {
    const running = await this.tasks.findBySlot(slotOf({ kind, ownerId }))
    const id = running?.id ?? ''
    return new DomainError('task-running', { id }, { errors: [{ path: 'task', message: id }] })
  }

  private async one(task: Task): Promise<TaskDto> {
    return TaskDto.from(task, canRetry(task), (await this.users.findById(task.ownerId)) ?? undefined)
  }
}

/** One of a kind for each person at a time. */
const slotOf = ({ kind, ownerId }: Pick<Task, 'kind' | 'ownerId'>): string => `${kind}/${ownerId}`

const resourceOf = ({ id, kind }: Task): AuditResource => ({ type: 'task', id, name: kind })
