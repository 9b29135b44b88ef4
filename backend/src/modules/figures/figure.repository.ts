import type { ChartSpec } from '../richtext/rich-text.js'
import type { Figure } from './figure.js'

/** A figure with what it draws. */
export interface DrawnFigure extends Figure {
  spec: ChartSpec
}

/** What a push changes. */
export type FigureChange = Pick<DrawnFigure, 'title' | 'summary' | 'hash' | 'points' | 'bytes' | 'spec' | 'updatedAt' | 'updatedBy'>

/** Where figures are kept. One that was deleted is there no more, but its id goes on belonging to its project as long as that. */
export abstract class FigureRepository {
  /** All of a project by name, without what they draw. */
  abstract findOf(projectId: string): Promise<Figure[]>
  abstract findById(id: string): Promise<Figure | null>
  abstract findNamed(projectId: string, name: string): Promise<Figure | null>
  abstract findDrawn(id: string): Promise<DrawnFigure | null>
  abstract count(projectId: string): Promise<number>
  /** @returns false when the project has one of that name */
  abstract insert(figure: DrawnFigure): Promise<boolean>
  /** Replaces what one shows and raises its revision. @returns null when it is not there any more */
  abstract replace(figure: Pick<Figure, 'id' | 'projectId'>, change: FigureChange): Promise<Figure | null>
  /** Removes what it draws and frees its name. @returns whether it was there */
  abstract remove(id: string, at: Date): Promise<boolean>
  /** Those of the ids that are, or were, figures of the project. */
  abstract everOf(projectId: string, ids: readonly string[]): Promise<Set<string>>
  /** What the figures of a project draw now: their hashes by id. */
  abstract hashesOf(projectId: string): Promise<Map<string, string>>
  abstract removeAllOf(projectId: string): Promise<void>
}
