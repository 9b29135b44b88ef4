import type { ItemOutcome, ItemState, Task, TaskCounts, TaskItem, TaskProblem, TaskResult, TaskState } from './task.js'

/** How a task ended. */
export interface TaskEnd {
  state: Extract<TaskState, 'succeeded' | 'failed' | 'cancelled'>
  note: string
  problem: TaskProblem | null
  result: TaskResult | null
  counts: TaskCounts
  endedAt: Date
  expiresAt: Date
}

/** Which tasks are listed, the newest first. */
export interface TaskSearch {
  state?: TaskState
  /** Only what comes after the one with this id. */
  before?: string
  limit: number
}

/** Which items of a task are listed, by the age of their projects. */
export interface ItemSearch {
  states?: readonly ItemState[]
  /** Only what comes after the one with this id. */
  after?: string
  limit: number
}

/**
 * Where tasks and their items are kept. What a process writes of a task that it carries names the fence under which it took it up: null, or false, says that
 * another has taken it over since, and that it has to leave it alone.
 */
export abstract class TaskRepository {
  /** Stores a new task. @returns false when its slot is taken */
  abstract insert(task: Task): Promise<boolean>
  abstract findById(id: string): Promise<Task | null>
  abstract findBySlot(slot: string): Promise<Task | null>
  abstract findActive(): Promise<Task[]>
  /** Up to `limit + 1`. */
  abstract search(query: TaskSearch): Promise<Task[]>

  /** Takes up an active task that is still as it was seen. @returns the task with its new fence; null when another was faster */
  abstract claim(seen: Pick<Task, 'id' | 'fence' | 'beat'>, holder: string, at: Date): Promise<Task | null>
  /** Says that it is still carried. */
  abstract beat(id: string, fence: number): Promise<Task | null>
  /** Says how far it is. */
  abstract progress(id: string, fence: number, change: Partial<Pick<Task, 'planned' | 'again' | 'counts' | 'note'>>): Promise<Task | null>
  abstract end(id: string, fence: number, end: TaskEnd): Promise<Task | null>
  /** Puts it down, so that any process takes it up at once. */
  abstract release(id: string, fence: number): Promise<void>

  /** Asks for the end of an active task. @returns the task; null when it is not active */
  abstract requestCancel(id: string, note: string): Promise<Task | null>
  /** Makes an ended task active again. @returns the task, null when it is not ended, or `taken` when its slot is */
  abstract restart(id: string, slot: string, note: string): Promise<Task | null | 'taken'>
  /** Notes that the files of an ended task are going. @returns the task; null when it was taken up again */
  abstract expire(task: Pick<Task, 'id' | 'fence'>, note: string): Promise<Task | null>
  /** Notes that they are gone. */
  abstract filesGone(id: string): Promise<void>
  /** Hides an ended task. @returns false when it is active */
  abstract markDeleting(id: string): Promise<boolean>
  /** Removes a hidden task for good. */
  abstract remove(id: string): Promise<void>
  /** Ended tasks whose files are to go by then; those without files that ended before `endedBefore`; and those that are hidden. */
  abstract findDue(at: Date, endedBefore: Date): Promise<Task[]>

  /** Stores those of the items that are not there yet. */
  abstract insertItems(items: readonly TaskItem[]): Promise<void>
  /** Up to `limit + 1`. */
  abstract findItems(taskId: string, search: ItemSearch): Promise<TaskItem[]>
  abstract count(taskId: string): Promise<TaskCounts>
  /** Begins an item that has not come to an end. @returns the item; null when it has, or when another process has begun it later */
  abstract beginItem(id: string, fence: number): Promise<TaskItem | null>
  /** @returns whether the item was still the caller's */
  abstract finishItem(id: string, fence: number, outcome: ItemOutcome): Promise<boolean>
  /** Puts an item back that was begun, as if it had not been: nothing is wrong with it. */
  abstract putBackItem(id: string, fence: number): Promise<void>
  /** Replaces the outcome of an item. @param item as it was read; nothing happens when it was begun again since */
  abstract amendItem(item: Pick<TaskItem, 'id' | 'fence'>, outcome: ItemOutcome): Promise<void>
  /** Has all items of a task done again that failed, or never came to an end. */
  abstract resetItems(taskId: string): Promise<void>
  abstract removeItems(taskId: string): Promise<void>
}
