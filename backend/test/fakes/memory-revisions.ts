import type { EngineRevision } from '../../src/modules/engines/revisions/engine-revision.js'
import { EngineRevisionRepository } from '../../src/modules/engines/revisions/engine-revision.repository.js'

/** Generations of apps in memory, with the rules of the real repository. */
export class MemoryRevisionRepository extends EngineRevisionRepository {
  readonly revisions = new Map<string, EngineRevision>()

  async record(revision: EngineRevision): Promise<void> {
    const key = keyOf(revision.engineId, revision.generation)
    if (!this.revisions.has(key)) this.revisions.set(key, structuredClone(revision))
  }

  async setDigest(engineId: string, generation: number, digest: string): Promise<void> {
    const found = this.revisions.get(keyOf(engineId, generation))
    if (found) found.digest = digest
  }

  async find(engineId: string, generation: number): Promise<EngineRevision | null> {
    return structuredClone(this.revisions.get(keyOf(engineId, generation)) ?? null)
  }

  async page(engineId: string, before: number | null, limit: number): Promise<EngineRevision[]> {
    const all = [...this.revisions.values()].filter((each) => each.engineId === engineId && (before === null || each.generation < before))
    return structuredClone(all.sort((a, b) => b.generation - a.generation).slice(0, limit))
  }

  async removeOf(engineId: string): Promise<void> {
    for (const [key, revision] of this.revisions) if (revision.engineId === engineId) this.revisions.delete(key)
  }
}

const keyOf = (engineId: string, generation: number): string => `${engineId}:${generation}`
