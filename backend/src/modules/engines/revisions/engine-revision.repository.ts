import type { EngineRevision } from './engine-revision.js'

/** Where the generations of apps are kept. */
export abstract class EngineRevisionRepository {
  /** Stores a generation unless it is there already. Older ones than are kept go. */
  abstract record(revision: EngineRevision): Promise<void>
  /** Notes what the image of a generation turned out to be. */
  abstract setDigest(engineId: string, generation: number, digest: string): Promise<void>
  abstract find(engineId: string, generation: number): Promise<EngineRevision | null>
  /** Newest first, up to `limit`. @param before only those before that generation; all when null */
  abstract page(engineId: string, before: number | null, limit: number): Promise<EngineRevision[]>
  abstract removeOf(engineId: string): Promise<void>
}
