import { Injectable } from '@nestjs/common'
import type { ItemOutcome, PlannedItem, Task, TaskItem, TaskKindName, TaskResult } from './task.js'

/** What the end of a task may do with its items. */
export interface FinishedItems {
  /** All of them, by the age of their projects. */
  all: () => AsyncIterable<TaskItem>
  /** Says that an item came to another end than it seemed. */
  amend: (item: TaskItem, outcome: ItemOutcome) => Promise<void>
}

/**
 * What one kind of task does. Each call may be repeated by another process after a crash, so it writes nothing but objects whose keys begin with that of the
 * task and contain its fence. A DomainError of `work` is the reason why the item failed, unless it is one of the whole task (the store is full).
 */
export interface TaskKind {
  readonly name: TaskKindName
  /** Whether it may go on, asked before each item. @throws DomainError when who began it may not do so any more */
  check: (task: Task) => Promise<void>
  /** What there is to do, in parts of some hundred. */
  plan: (task: Task) => AsyncIterable<PlannedItem[]>
  /** Does one item. @param signal ends it; its reason is thrown */
  work: (task: Task, item: TaskItem, signal: AbortSignal) => Promise<ItemOutcome>
  /** Makes the result of what the items made. */
  finish: (task: Task, items: FinishedItems, signal: AbortSignal) => Promise<TaskResult>
}

/** The kinds of tasks that there are; the module of each registers it. */
@Injectable()
export class TaskKinds {
  private readonly kinds = new Map<TaskKindName, TaskKind>()

  register(kind: TaskKind): void {
    this.kinds.set(kind.name, kind)
  }

  of(name: TaskKindName): TaskKind {
    const kind = this.kinds.get(name)
    if (!kind) throw new Error(`no module does tasks of the kind ${name}`)
    return kind
  }
}
