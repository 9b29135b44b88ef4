import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { OneOf, Out } from '../../common/validation/fields.js'
import { PersonDto } from '../iam/users/person.dto.js'
import type { User } from '../iam/users/user.js'
import {
  bytesOf,
  currentOf,
  ITEM_STATES,
  TASK_KINDS,
  TASK_STATES,
  type ItemState,
  type Task,
  type TaskItem,
  type TaskKindName,
  type TaskState,
} from './task.js'

export class TaskListQuery extends PageQuery {
  @OneOf(TASK_STATES, { optional: true })
  state?: TaskState
}

export class TaskItemsQuery extends PageQuery {
  @OneOf(ITEM_STATES, { optional: true })
  state?: ItemState
}

export class TaskProblemDto {
  @Out({ description: 'a code of the catalogue of problems' }) code: string
  @Out({ description: 'what is wrong, and what to do about it' }) detail: string
}

export class TaskResultDto {
  @Out({ type: 'integer', format: 'int64' }) bytes: number
  @Out({ format: 'date-time', description: 'when it is removed' }) expiresAt: string
}

export class TaskDto {
  @Out() id: string
  @Out({ enum: TASK_KINDS }) kind: TaskKindName
  @Out({ enum: TASK_STATES }) state: TaskState
  @Out({ type: 'integer', description: 'how many items have come to an end, in whatever way' }) current: number
  @Out({ type: 'integer', description: 'how many items there are; 0 until that is known' }) total: number
  @Out({ type: 'integer' }) done: number
  @Out({ type: 'integer' }) skipped: number
  @Out({ type: 'integer' }) failed: number
  @Out({ description: 'whether it was asked to end and has not yet' }) cancelling: boolean
  @Out({ description: 'whether `retry` would do something' }) canRetry: boolean
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ type: String, format: 'date-time', nullable: true }) startedAt: string | null
  @Out({ type: String, format: 'date-time', nullable: true }) endedAt: string | null
  @Out() createdBy: PersonDto
  @Out({ description: 'what it does now, or how it ended' }) note: string
  @Out({ type: TaskProblemDto, nullable: true, description: 'why it failed' }) problem: TaskProblemDto | null
  @Out({ type: TaskResultDto, nullable: true, description: 'what there is to download' }) result: TaskResultDto | null
  @Out({ type: 'object', additionalProperties: true, description: 'what it was asked to do' }) params: Record<string, unknown>

  static from(task: Task, canRetry: boolean, owner: User | undefined): TaskDto {
    const { id, kind, state, counts, cancelling, createdAt, startedAt, endedAt, expiresAt, ownerId, note, problem, result, params } = task
    return {
      ...{ id, kind, state, current: currentOf(counts), ...counts, cancelling, canRetry, note, problem, params },
      createdAt: createdAt.toISOString(),
      startedAt: startedAt?.toISOString() ?? null,
      endedAt: endedAt?.toISOString() ?? null,
      createdBy: PersonDto.of(ownerId, owner),
      result: result && expiresAt ? { bytes: result.bytes, expiresAt: expiresAt.toISOString() } : null,
    }
  }
}

export class TaskItemDto {
  @Out() id: string
  @Out() projectId: string
  @Out({ description: 'as it was called when the task began' }) title: string
  @Out() slug: string
  @Out({ enum: ITEM_STATES }) state: ItemState
  @Out({ type: String, nullable: true, description: 'what to do about it; null where all is well' }) reason: string | null
  @Out({ type: String, nullable: true, example: 'not-published', description: 'the same for programs; null where it has no code' })
  reasonCode: string | null
  @Out({ type: 'integer', description: 'how many it made' }) files: number
  @Out({ type: 'integer', format: 'int64' }) bytes: number

  static from({ id, projectId, title, slug, state, reason, reasonCode = null, files }: TaskItem): TaskItemDto {
    return { id, projectId, title, slug, state, reason, reasonCode, files: files.length, bytes: bytesOf(files) }
  }
}

export class TaskPage extends PageOf(TaskDto) {}
export class TaskItemPage extends PageOf(TaskItemDto) {}
