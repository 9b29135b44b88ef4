import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { ExportPress } from '../exports/export-press.js'
import type { TaskDto } from '../tasks/tasks.dto.js'
import { TasksService } from '../tasks/tasks.service.js'
import type { StartExportDto } from './bulk-export.dto.js'

/** Begins exports of many projects. */
@Injectable()
export class BulkExportService {
  constructor(
    private readonly tasks: TasksService,
    private readonly press: ExportPress,
  ) {}

  /** @throws DomainError `export-unavailable` when PDF is wanted and nothing prints, `task-running` */
  async start(auth: AuthContext, { format, what, visibility, lang }: StartExportDto): Promise<TaskDto> {
    if (format === 'pdf' && !this.press.canPrint) throw new DomainError('export-unavailable')
    return this.tasks.start(auth, 'bulk-export', { format, what, visibility, lang })
  }
}
