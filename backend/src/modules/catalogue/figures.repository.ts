import type { Figures } from './catalogue-entry.js'

/** What is counted of each project, kept so that lists do not have to count. */
export abstract class FiguresRepository {
  abstract all(): Promise<Map<string, Figures>>
  /** Those that changed since then. */
  abstract since(at: Date): Promise<Map<string, Figures>>
  abstract find(projectId: string): Promise<Figures>
  /** Notes how many stars there are, if nobody noted that since `revision`. @returns the figures, or null when somebody did */
  abstract setStars(projectId: string, revision: number, stars: number, at: Date): Promise<Figures | null>
  /** Counts one view more. */
  abstract addView(projectId: string, at: Date): Promise<Figures>
  abstract remove(projectId: string): Promise<void>
}
