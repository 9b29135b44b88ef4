import { Injectable } from '@nestjs/common'
import { DomainError } from '../../common/problem/domain-error.js'
import { explained, isOfAll, problemIn } from '../tasks/task-failure.js'
import { TaskKinds, type FinishedItems, type TaskKind } from '../tasks/task-kinds.js'
import {
  prefixOf,
  type ItemOutcome,
  type PlannedItem,
  type Task,
  type TaskFile,
  type TaskItem,
  type TaskProblem,
  type TaskResult,
} from '../tasks/task.js'
import { BulkArchive } from './bulk-archive.js'
import { bulkExportOf, SKIP_REASONS, type BulkExport, type SkipReason } from './bulk-export.js'
import { ExportAccess } from './export-access.js'
import { ExportedFiles } from './exported-files.js'
import { ProjectExporter, type ExportPage } from './project-exporter.js'

const PART = 500

/** What the task of a bulk export does: each project becomes some files in the object store, and all of them one ZIP. */
@Injectable()
export class BulkExporter implements TaskKind {
  readonly name = 'bulk-export'

  constructor(
    kinds: TaskKinds,
    private readonly access: ExportAccess,
    private readonly exporter: ProjectExporter,
    private readonly files: ExportedFiles,
    private readonly archive: BulkArchive,
  ) {
    kinds.register(this)
  }

  async check({ ownerId }: Task): Promise<void> {
    await this.access.of(ownerId)
  }

  async *plan({ params }: Task): AsyncIterable<PlannedItem[]> {
    const { visibility } = bulkExportOf(params)
    const chosen = (await this.access.all()).filter((project) => visibility.includes(project.visibility))
    for (let at = 0; at < chosen.length; at += PART)
      yield chosen.slice(at, at + PART).map(({ id, title, slug }) => ({ projectId: id, title, slug }))
  }

  async work(task: Task, item: TaskItem, signal: AbortSignal): Promise<ItemOutcome> {
    const asked = bulkExportOf(task.params)
    try {
      const auth = await this.access.of(task.ownerId)
      const project = await this.access.read(auth, item.projectId)
      if (!asked.visibility.includes(project.visibility)) return skipped('visibility-changed')
      const { pages, skipped: reason } = await this.exporter.pagesOf(auth, project, asked)
      return reason === null ? await this.made(task, item, asked, pages, signal) : skipped(reason)
    } catch (error) {
      if (error instanceof DomainError && error.code === 'project-not-found') return skipped(await this.access.whyNot(item.projectId))
      throw error
    }
  }

  async finish(task: Task, items: FinishedItems, signal: AbortSignal): Promise<TaskResult> {
    await this.leaveOutDeleted(items)
    return this.archive.write(task, items, signal)
  }

  /** The files of one project. One that cannot be made keeps no other from being made. */
  private async made(
    task: Task,
    item: TaskItem,
    { format }: BulkExport,
    pages: readonly ExportPage[],
    signal: AbortSignal,
  ): Promise<ItemOutcome> {
    const files: TaskFile[] = []
    const problems: { path: string; problem: TaskProblem }[] = []
    let warning: string | null = null
    for (const [index, { path, read }] of pages.entries())
      try {
        signal.throwIfAborted()
        const document = await read()
        // Deleted since it was listed.
        if (document === null) continue
        warning ??= document.warning || null
        files.push({ path: `${path}.${format}`, ...(await this.files.make(document, format, keyOf(task, item, index), signal)) })
      } catch (error) {
        const problem = problemIn(error)
        if (signal.aborted || isOfAll(problem) || problem.code === 'internal-error' || problem.code === 'project-not-found') throw error
        problems.push({ path: `${path}.${format}`, problem: explained(problem, item.id) })
      }
    if (problems.length === 0) return { state: 'done', reason: warning, reasonCode: warning === null ? null : 'version-altered', files }
    return {
      state: 'failed',
      reason: problems.map(({ path, problem }) => `${path}: ${problem.detail}`).join('\n'),
      // Several have no code in common.
      reasonCode: pages.length === 1 ? (problems[0]?.problem.code ?? null) : null,
      files,
    }
  }

  /** A project that was deleted since it was exported is not given out any more. */
  private async leaveOutDeleted(items: FinishedItems): Promise<void> {
    for await (const part of inParts(items.all(), PART)) {
      const there = await this.access.there(part.map(({ projectId }) => projectId))
      for (const item of part)
        if (item.files.length > 0 && !there.has(item.projectId)) await items.amend(item, skipped(await this.access.whyNot(item.projectId)))
    }
  }
}

/** Each process that carries the task has its own keys: what one writes that was thought dead is in nobody's way. */
const keyOf = ({ id, fence }: Task, { projectId }: TaskItem, index: number): string => `${prefixOf(id)}${projectId}-${fence}-${index}`

const skipped = (code: SkipReason): ItemOutcome => ({ state: 'skipped', reason: SKIP_REASONS[code], reasonCode: code, files: [] })

async function* inParts<T>(all: AsyncIterable<T>, size: number): AsyncIterable<T[]> {
  let part: T[] = []
  for await (const each of all) {
    part.push(each)
    if (part.length < size) continue
    yield part
    part = []
  }
  if (part.length > 0) yield part
}
