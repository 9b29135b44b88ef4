import { Logger } from '@nestjs/common'
import { setTimeout as sleep } from 'node:timers/promises'
import { now } from '../../common/clock.js'
import { backoff } from '../../common/keyed-queue.js'
import { explained, isOfAll, problemIn } from './task-failure.js'
import type { TaskKind } from './task-kinds.js'
import type { TaskNews } from './task-news.js'
import type { TaskEnd, TaskRepository } from './task.repository.js'
import { newItem, type ItemOutcome, type Task, type TaskCounts, type TaskItem, type TaskResult } from './task.js'

/** How often it says that it is still there, and hears whether it shall end. */
export const BEAT_MS = 1_000
/** So long without an answer of the database, and it stops: another process may take the task over. */
const SILENCE_MS = 8_000
const PAGE = 100
/** So often an item may take the portal down with it before it counts as failed. */
const MOST_ATTEMPTS = 3
/** So long an object store that is away is waited for. */
const STORE_PATIENCE_MS = 2 * 60_000
const DAY_MS = 24 * 3_600_000

/** Why a run ends before the task does. */
type Stop = 'lost' | 'cancelled' | 'stopping'
class Stopped extends Error {
  constructor(readonly why: Stop) {
    super(why)
  }
}

export interface RunTools {
  tasks: TaskRepository
  news: TaskNews
  resultDays: number
}

/** One process carrying one task, from where it is to its end. */
export class TaskRun {
  private readonly logger = new Logger('Tasks')
  private readonly stopper = new AbortController()
  private readonly fence: number
  private counts: TaskCounts
  private lastAnswer = performance.now()
  private beating = false

  /** @param task as it was claimed */
  constructor(
    private task: Task,
    private readonly kind: TaskKind,
    private readonly tools: RunTools,
  ) {
    this.fence = task.fence
    this.counts = task.counts
  }

  /** Puts the task down where it is, for the next process. */
  stop(): void {
    this.end('stopping')
  }

  /** Hears at once what the database says of the task. */
  look(): void {
    void this.beat()
  }

  /** Resolves when this process has nothing to do with the task any more. Never throws. */
  async go(): Promise<void> {
    const heart = setInterval(() => void this.beat(), BEAT_MS)
    try {
      this.seen(this.task)
      await this.finished(await this.work())
    } catch (error) {
      await this.ended(error).catch((failure: unknown) => {
        // It is taken up again when it has stood still for a while.
        this.logger.warn({ err: failure, taskId: this.task.id }, 'a task could not be put down')
      })
    } finally {
      clearInterval(heart)
    }
  }

  private async work(): Promise<TaskResult> {
    await this.check()
    if (this.task.again) await this.startAgain()
    if (!this.task.planned) await this.plan()
    this.counts = await this.tools.tasks.count(this.task.id)
    await this.report('Begins.')
    for await (const item of this.items(['waiting', 'running'])) {
      await this.check()
      await this.item(item)
    }
    await this.report('Puts the result together.')
    const all = { all: () => this.items(), amend: (item: TaskItem, outcome: ItemOutcome) => this.tools.tasks.amendItem(item, outcome) }
    return this.patiently(() => this.kind.finish(this.task, all, this.stopper.signal))
  }

  private async check(): Promise<void> {
    this.stopper.signal.throwIfAborted()
    await this.kind.check(this.task)
  }

  private async startAgain(): Promise<void> {
    await this.tools.tasks.resetItems(this.task.id)
    this.mine(await this.tools.tasks.progress(this.task.id, this.fence, { again: false }))
  }

  private async plan(): Promise<void> {
    await this.report('Looks what there is to do.')
    for await (const part of this.kind.plan(this.task)) {
      this.stopper.signal.throwIfAborted()
      await this.tools.tasks.insertItems(part.map((each) => newItem(this.task.id, each)))
    }
    this.mine(await this.tools.tasks.progress(this.task.id, this.fence, { planned: true }))
  }

  private async item({ id, title }: TaskItem): Promise<void> {
    const { tasks } = this.tools
    const item = await tasks.beginItem(id, this.fence)
    // Another process has begun it later, or has ended it.
    if (item === null) throw new Stopped('lost')
    const outcome = item.attempts > MOST_ATTEMPTS ? tooOften(item) : await this.outcomeOf(item)
    this.stopper.signal.throwIfAborted()
    if (!(await tasks.finishItem(id, this.fence, outcome))) throw new Stopped('lost')
    this.counts = { ...this.counts, [outcome.state]: this.counts[outcome.state] + 1 }
    await this.report(`Last: ${title}`)
  }

  /** What became of an item. What is wrong with all of them, and an end from outside, is thrown; the item then is as if it had not been begun. */
  private async outcomeOf(item: TaskItem): Promise<ItemOutcome> {
    try {
      return await this.patiently(() => this.kind.work(this.task, item, this.stopper.signal))
    } catch (error) {
      const problem = problemIn(error)
      if (this.stopper.signal.aborted || isOfAll(problem)) {
        await this.tools.tasks.putBackItem(item.id, this.fence)
        this.stopper.signal.throwIfAborted()
        throw problem
      }
      if (problem.code === 'internal-error') this.logger.error({ err: error, itemId: item.id }, 'an item of a task failed unexpectedly')
      const { code: reasonCode, detail: reason } = explained(problem, item.id)
      return { state: 'failed', reason, reasonCode, files: [] }
    }
  }

  /** Repeats what fails because the object store is away. */
  private async patiently<T>(work: () => Promise<T>): Promise<T> {
    const { signal } = this.stopper
    const until = performance.now() + STORE_PATIENCE_MS
    for (let attempt = 1; ; attempt++) {
      try {
        signal.throwIfAborted()
        return await work()
      } catch (error) {
        if (signal.aborted || problemIn(error).code !== 'object-store-unavailable' || performance.now() > until) throw error
        await this.report('The object store does not answer. Tries again.')
        await sleep(backoff(attempt, 500, 10_000), undefined, { signal })
      }
    }
  }

  private async *items(states?: TaskItem['state'][]): AsyncIterable<TaskItem> {
    let after: string | undefined
    for (;;) {
      const page = await this.tools.tasks.findItems(this.task.id, {
        limit: PAGE,
        ...(states === undefined ? {} : { states }),
        ...(after === undefined ? {} : { after }),
      })
      const items = page.slice(0, PAGE)
      yield* items
      after = items.at(-1)?.id
      if (page.length <= PAGE) return
    }
  }

  private async finished(result: TaskResult): Promise<void> {
    this.counts = await this.tools.tasks.count(this.task.id)
    const { done, skipped, failed, total } = this.counts
    const said = [`${done} of ${total} done`, ...(skipped > 0 ? [`${skipped} skipped`] : []), ...(failed > 0 ? [`${failed} failed`] : [])]
    await this.close({ state: 'succeeded', note: `${said.join(', ')}.`, problem: null, result })
  }

  private async ended(error: unknown): Promise<void> {
    const reason: unknown = this.stopper.signal.aborted ? this.stopper.signal.reason : error
    const { tasks } = this.tools
    if (reason instanceof Stopped) {
      if (reason.why === 'lost') this.logger.warn({ taskId: this.task.id }, 'another portal has taken over a task')
      if (reason.why === 'stopping') await tasks.release(this.task.id, this.fence)
      if (reason.why === 'cancelled') {
        this.counts = await tasks.count(this.task.id)
        await this.close({
          state: 'cancelled',
          note: 'Cancelled. What was done is kept: it can be taken up again.',
          problem: null,
          result: null,
        })
      }
      return
    }
    const problem = problemIn(error)
    // Where nothing can be written, nothing is: whoever reaches the database first takes the task up.
    if (problem.code === 'database-unavailable') return
    if (problem.code === 'internal-error') this.logger.error({ err: error, taskId: this.task.id }, 'a task failed unexpectedly')
    else this.logger.warn({ taskId: this.task.id, code: problem.code }, 'a task failed')
    this.counts = await tasks.count(this.task.id)
    const note = 'Failed. What was done is kept: it can be taken up again.'
    await this.close({ state: 'failed', note, problem: explained(problem, this.task.id), result: null })
  }

  private async close(end: Pick<TaskEnd, 'state' | 'note' | 'problem' | 'result'>): Promise<void> {
    const endedAt = now()
    const expiresAt = new Date(endedAt.getTime() + this.tools.resultDays * DAY_MS)
    const task = await this.tools.tasks.end(this.task.id, this.fence, { ...end, counts: this.counts, endedAt, expiresAt })
    if (task) this.tools.news.changed(task)
  }

  private async report(note: string): Promise<void> {
    this.mine(await this.tools.tasks.progress(this.task.id, this.fence, { counts: this.counts, note }))
    this.stopper.signal.throwIfAborted()
  }

  private async beat(): Promise<void> {
    if (this.beating) return
    this.beating = true
    try {
      this.mine(await this.tools.tasks.beat(this.task.id, this.fence))
    } catch (error) {
      if (performance.now() - this.lastAnswer > SILENCE_MS) this.end('lost')
      this.logger.debug({ err: error, taskId: this.task.id }, 'could not say that a task is still carried')
    } finally {
      this.beating = false
    }
  }

  /** What the database says of the task, if this process still carries it. */
  private mine(task: Task | null): void {
    this.lastAnswer = performance.now()
    if (task === null) this.end('lost')
    else this.seen(task)
  }

  private seen(task: Task): void {
    this.task = task
    this.tools.news.changed(task)
    if (task.cancelling) this.end('cancelled')
  }

  private end(why: Stop): void {
    if (!this.stopper.signal.aborted) this.stopper.abort(new Stopped(why))
  }
}

const tooOften = ({ attempts }: TaskItem): ItemOutcome => ({
  state: 'failed',
  reason: `The portal stopped ${attempts - 1} times while it did this. Export this project by itself, and tell an operator.`,
  reasonCode: 'portal-stopped',
  files: [],
})
