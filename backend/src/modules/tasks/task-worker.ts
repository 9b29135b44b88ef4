import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { TaskKinds } from './task-kinds.js'
import { TaskNews } from './task-news.js'
import { BEAT_MS, TaskRun } from './task-run.js'
import { TaskRepository } from './task.repository.js'
import type { Task } from './task.js'

/** A task whose beat has not moved for so long has lost the process that carried it. */
const STILL_MS = 15_000
/** So many this process carries at once. */
const MOST = 2

interface Seen {
  task: Task
  /** When it was first seen like this, by a clock that only runs forward. */
  at: number
}

/** Takes up tasks that nobody carries, and those of processes that have gone. Every process of the portal has one. */
@Injectable()
export class TaskWorker implements OnApplicationShutdown {
  private readonly logger = new Logger('Tasks')
  private readonly me = newId()
  private readonly runs = new Map<string, { run: TaskRun; over: Promise<void> }>()
  private readonly seen = new Map<string, Seen>()
  private timer: NodeJS.Timeout | undefined
  private looking: Promise<void> | null = null
  private stopped = false

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'taskResultDays'>,
    private readonly tasks: TaskRepository,
    private readonly kinds: TaskKinds,
    private readonly news: TaskNews,
    mongo: Mongo,
  ) {
    mongo.whenReady(() => {
      if (this.stopped) return
      this.wake()
      this.timer = setInterval(() => this.wake(), BEAT_MS)
    })
  }

  /** Someone wants something of the task: it is looked at at once, and told to the pages. */
  changed(task: Task): void {
    this.news.changed(task)
    this.runs.get(task.id)?.run.look()
    this.wake()
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    await this.looking
    for (const { run } of this.runs.values()) run.stop()
    await Promise.all([...this.runs.values()].map(({ over }) => over))
  }

  private wake(): void {
    this.looking ??= this.look().finally(() => (this.looking = null))
  }

  private async look(): Promise<void> {
    try {
      const active = await this.tasks.findActive()
      for (const task of active) if (this.isFree(this.note(task))) await this.take(task)
      await this.tellOfEnded(new Set(active.map(({ id }) => id)))
    } catch (error) {
      // The database is away; it is asked again in a second.
      this.logger.debug({ err: error }, 'could not look for tasks')
    }
  }

  /** Keeps what a task looks like, and since when. Tells this process's pages of what another one does. */
  private note(task: Task): Seen {
    const before = this.seen.get(task.id)
    if (before?.task.beat === task.beat && before.task.fence === task.fence && before.task.holder === task.holder) return before
    const seen = { task, at: performance.now() }
    this.seen.set(task.id, seen)
    if (!this.runs.has(task.id) && (before === undefined || differs(before.task, task))) this.news.changed(task)
    return seen
  }

  private isFree({ task, at }: Seen): boolean {
    // What shall end does so at once, however many others are under way.
    if (this.stopped || this.runs.has(task.id) || (this.runs.size >= MOST && !task.cancelling)) return false
    return task.holder === null || performance.now() - at >= STILL_MS
  }

  private async take(seen: Task): Promise<void> {
    const task = await this.tasks.claim(seen, this.me, now())
    if (task === null || this.stopped) return
    if (seen.holder !== null) this.logger.warn({ taskId: task.id }, 'a task has lost the process that carried it, and goes on here')
    const run = new TaskRun(task, this.kinds.of(task.kind), { tasks: this.tasks, news: this.news, resultDays: this.config.taskResultDays })
    const over = run.go().finally(() => {
      this.runs.delete(task.id)
      this.wake()
    })
    this.runs.set(task.id, { run, over })
  }

  /** What was active and is not any more has ended, maybe elsewhere: its last state is told here, too. */
  private async tellOfEnded(active: ReadonlySet<string>): Promise<void> {
    for (const id of this.seen.keys()) {
      if (active.has(id)) continue
      this.seen.delete(id)
      const task = this.runs.has(id) ? null : await this.tasks.findById(id)
      if (task) this.news.changed(task)
    }
  }
}

const differs = (a: Task, b: Task): boolean =>
  a.state !== b.state || a.note !== b.note || JSON.stringify(a.counts) !== JSON.stringify(b.counts)
