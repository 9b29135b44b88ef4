import { Injectable } from '@nestjs/common'
import { FigureRepository } from './figure.repository.js'

/** Knows the figures of a project, for whoever keeps texts with charts of them. Who may read them was asked before. */
@Injectable()
export class FigureDirectory {
  constructor(private readonly figures: FigureRepository) {}

  /** Those of the ids that are figures of the project, or were before they were deleted: a chart of one keeps its snapshot and may be written again. */
  everOf(projectId: string, ids: readonly string[]): Promise<Set<string>> {
    return this.figures.everOf(projectId, [...new Set(ids)])
  }

  /** What the figures of a project draw now: SHA-256 of the canonical JSON, by id. One that was deleted is not among them. */
  hashesOf(projectId: string): Promise<Map<string, string>> {
    return this.figures.hashesOf(projectId)
  }
}
