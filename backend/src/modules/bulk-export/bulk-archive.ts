import { Inject, Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { sha256 } from '../../common/canonical-json.js'
import type { FinishedItems } from '../tasks/task-kinds.js'
import { resultKeyOf, type Task, type TaskItem, type TaskResult } from '../tasks/task.js'
import { bulkExportOf, type BulkExport } from './bulk-export.js'
import { indexPage } from './bulk-index.js'
import { safeName, UniqueNames } from './bulk-names.js'
import { LostObject, uploadZip, type ZipEntry } from './zip-upload.js'

/** What became of a project, as the archive tells it. */
export interface ArchivedProject {
  id: string
  title: string
  slug: string
  outcome: TaskItem['state']
  reason: string | null
  files: { path: string; bytes: number; sha256: string }[]
}

/** Makes one ZIP of what the projects became: with a page that lists all, and a manifest that a program reads. */
@Injectable()
export class BulkArchive {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'publicUrl'>,
    private readonly store: ObjectStore,
  ) {}

  /** @throws as {@link uploadZip}, but for lost objects: their projects fail, and the others are put together without them */
  async write(task: Task, items: FinishedItems, signal: AbortSignal): Promise<TaskResult> {
    const at = now()
    for (;;) {
      const all: TaskItem[] = []
      for await (const item of items.all()) all.push(item)
      const key = resultKeyOf(task)
      try {
        const bytes = await uploadZip(this.store, key, this.entries(task, all, at), at, signal)
        return { key, fileName: `vitrine-export-${at.toISOString().slice(0, 10)}.zip`, contentType: 'application/zip', bytes }
      } catch (error) {
        const lost = error instanceof LostObject ? all.find(({ files }) => files.some((file) => file.key === error.key)) : undefined
        if (!lost) throw error
        const reason = 'A file of it is not in the object store any more, or is damaged. Try again.'
        await items.amend(lost, { state: 'failed', reason, reasonCode: 'file-lost', files: [] })
      }
    }
  }

  private entries(task: Task, items: readonly TaskItem[], at: Date): ZipEntry[] {
    const asked = bulkExportOf(task.params)
    const folders = new UniqueNames()
    const files: ZipEntry[] = []
    const projects = items.map((item): ArchivedProject => {
      const { projectId: id, title, slug, state: outcome, reason } = item
      // Two projects can have had the same slug, one after the other.
      const folder = folders.of(safeName(slug, id))
      const made = item.files.map(({ path, key, bytes, sha256 }) => {
        const whole = `${folder}/${path}`
        files.push({ path: whole, key, size: bytes, sha256, compress: asked.format === 'html' })
        return { path: whole, bytes, sha256 }
      })
      return { id, title, slug, outcome, reason, files: made }
    })
    const index = Buffer.from(indexPage(projects, asked, at, this.config.publicUrl))
    return [
      { path: 'index.html', bytes: index },
      { path: 'manifest.json', bytes: Buffer.from(this.manifest(task, asked, projects, index, at)) },
      ...files,
    ]
  }

  private manifest({ id }: Task, asked: BulkExport, projects: ArchivedProject[], index: Buffer, at: Date): string {
    const manifest = {
      format: 'vitrine-bulk-export/1',
      portal: this.config.publicUrl,
      ...{ task: id, at: at.toISOString(), asked },
      index: { path: 'index.html', bytes: index.length, sha256: sha256(index) },
      projects,
    }
    return `${JSON.stringify(manifest, null, 1)}\n`
  }
}
