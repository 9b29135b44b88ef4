import { Injectable, type OnApplicationShutdown } from '@nestjs/common'
import { EventBus } from '../events/event-bus.js'
import { currentOf, type Task } from './task.js'

/** At most two a second of each task. */
const EVERY_MS = 500

interface Told {
  at: number
  next: Task | null
  timer: NodeJS.Timeout | null
}

/** Tells the pages how far tasks are: not more often than anyone can read, and always the last. */
@Injectable()
export class TaskNews implements OnApplicationShutdown {
  private readonly told = new Map<string, Told>()

  constructor(private readonly bus: EventBus) {}

  /** The task has changed. */
  changed(task: Task): void {
    const told = this.told.get(task.id) ?? { at: -Infinity, next: null, timer: null }
    this.told.set(task.id, told)
    told.next = task
    const wait = told.at + EVERY_MS - performance.now()
    if (wait <= 0) this.tell(task.id, told)
    else told.timer ??= setTimeout(() => this.tell(task.id, told), wait)
  }

  onApplicationShutdown(): void {
    for (const { timer } of this.told.values()) if (timer) clearTimeout(timer)
  }

  private tell(id: string, told: Told): void {
    if (told.timer) clearTimeout(told.timer)
    told.timer = null
    const task = told.next
    if (task === null) {
      // Nothing came since the last: the next one is told at once.
      this.told.delete(id)
      return
    }
    Object.assign(told, { at: performance.now(), next: null })
    told.timer = setTimeout(() => this.tell(id, told), EVERY_MS)
    const { kind, state, counts } = task
    this.bus.publish('task.changed', { taskId: id, kind, state, current: currentOf(counts), total: counts.total })
  }
}
