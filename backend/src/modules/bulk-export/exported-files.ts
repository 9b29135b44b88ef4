import { Injectable } from '@nestjs/common'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import type { ExportDocument, ExportFormat } from '../exports/export-document.js'
import { ExportPress } from '../exports/export-press.js'
import { sha256 } from '../../common/canonical-json.js'
import type { TaskFile } from '../tasks/task.js'

/** Makes files of documents, in the object store. */
@Injectable()
export class ExportedFiles {
  constructor(
    private readonly press: ExportPress,
    private readonly store: ObjectStore,
  ) {}

  /** @throws DomainError as the press and the store do; the reason of the signal */
  async make(document: ExportDocument, format: ExportFormat, key: string, signal: AbortSignal): Promise<Omit<TaskFile, 'path'>> {
    const bytes = format === 'pdf' ? await this.press.pdf(document, signal, true) : await this.press.html(document, signal, true)
    signal.throwIfAborted()
    await this.store.put(key, bytes, 'application/octet-stream')
    return { key, bytes: bytes.length, sha256: sha256(bytes) }
  }
}
