import { Injectable } from '@nestjs/common'
import type { FieldError } from '../../common/problem/domain-error.js'
import type { ReferencePlace } from '../richtext/references.js'
import { FigureRepository } from './figure.repository.js'

const STRANGE = 'is no figure of this project: push it here first, or keep the chart as one of its own (source "inline")'

/** Knows the figures of a project, for whoever keeps texts with charts of them. Who may read them was asked before. */
@Injectable()
export class FigureDirectory {
  constructor(private readonly figures: FigureRepository) {}

  /**
   * What is wrong with charts that are new in a text: those of figures that the project does not have. One that it had before it was deleted is none of them:
   * a chart of it has what it shows itself, and may be put back.
   */
  async strangersAt(projectId: string, places: readonly ReferencePlace[]): Promise<FieldError[]> {
    const shown = places.filter(({ as }) => as === 'figure')
    const known = await this.figures.everOf(projectId, [...new Set(shown.map(({ id }) => id))])
    return shown.filter(({ id }) => !known.has(id)).map(({ path }) => ({ path, message: STRANGE }))
  }

  /** What the figures of a project draw now: SHA-256 of the canonical JSON, by id. One that was deleted is not among them. */
  hashesOf(projectId: string): Promise<Map<string, string>> {
    return this.figures.hashesOf(projectId)
  }
}
