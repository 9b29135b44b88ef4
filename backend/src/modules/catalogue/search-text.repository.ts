import type { Texts } from './catalogue-entry.js'

/** Where the words are kept by which a project is found beyond its own fields, so that a start does not read every text. */
export abstract class SearchTextRepository {
  abstract all(): Promise<Map<string, Texts>>
  /** Those that were written since then. */
  abstract since(at: Date): Promise<Map<string, Texts>>
  abstract find(projectId: string): Promise<Texts | null>
  /** Keeps them if they are still at `revision`. @returns whether they were */
  abstract save(projectId: string, revision: number, texts: Pick<Texts, 'words' | 'things'>, at: Date): Promise<boolean>
  abstract remove(projectId: string): Promise<void>
}
