import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { TaskNews } from './task-news.js'
import { TaskRepository } from './task.repository.js'
import { prefixOf, resultKeyOf, type Task } from './task.js'

const SWEEP_MS = 60_000
/** So long it is known that there was a task whose files are gone. */
const REMEMBER_MS = 30 * 24 * 3_600_000
const BATCH = 1_000

/** Removes what tasks leave in the object store when its time is over, and what is left of tasks that were deleted. */
@Injectable()
export class TaskSweeper implements OnApplicationShutdown {
  private readonly logger = new Logger('Tasks')
  private timer: NodeJS.Timeout | undefined
  private sweeping: Promise<void> | null = null
  private next: Promise<void> | null = null
  private stopped = false

  constructor(
    private readonly tasks: TaskRepository,
    private readonly store: ObjectStore,
    private readonly news: TaskNews,
    mongo: Mongo,
  ) {
    mongo.whenReady(() => {
      if (this.stopped) return
      void this.sweep()
      this.timer = setInterval(() => void this.sweep(), SWEEP_MS)
    })
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true
    clearInterval(this.timer)
    await (this.next ?? this.sweeping)
  }

  /** Removes what is due by now. Never throws: what could not be removed is due the next time, too. */
  sweep(): Promise<void> {
    if (this.sweeping === null) return (this.sweeping = this.run().finally(() => (this.sweeping = null)))
    // The one under way has looked already: what became due since is for another one, whoever else asks meanwhile.
    this.next ??= this.sweeping.then(() => {
      this.next = null
      return this.sweep()
    })
    return this.next
  }

  private async run(): Promise<void> {
    if (this.stopped) return
    try {
      const at = now()
      for (const task of await this.tasks.findDue(at, new Date(at.getTime() - REMEMBER_MS))) {
        if (this.stopped) return
        await this.end(task)
      }
    } catch (error) {
      this.logger.warn({ err: error }, 'could not remove what tasks left; the next sweep tries again')
    }
  }

  private async end(task: Task): Promise<void> {
    const isPast = task.expiresAt === null
    if (isPast && !task.deleting && !(await this.tasks.markDeleting(task.id))) return
    if (task.deleting || isPast) {
      await this.removeFiles(task)
      await this.tasks.removeItems(task.id)
      await this.tasks.remove(task.id)
      return
    }
    // Nobody can fetch it or take it up from here on, so that nothing is used that is going.
    const expired = await this.tasks.expire(task, 'Its files have expired.')
    if (!expired) return
    this.news.changed(expired)
    await this.removeFiles(task)
    await this.tasks.filesGone(task.id)
  }

  private async removeFiles({ id, fence }: Task): Promise<void> {
    // What a killed process had begun to put together; in the order of the fences, of which there are a handful.
    for (let each = 1; each <= fence; each++) await this.store.abortUploads(resultKeyOf({ id, fence: each }), null)
    for (;;) {
      const keys = await this.store.keysUnder(prefixOf(id), BATCH)
      for (const key of keys) await this.store.remove(key)
      if (keys.length < BATCH) return
    }
  }
}
