import type { EngineRevision, FieldChange } from '../models'

/**
 * What going back to `generation` would change, field by field: from what is wanted now to what was wanted then.
 * @param revisions the newest first, without gaps down to the one that is gone back to
 */
export function changesBack(revisions: readonly EngineRevision[], generation: number): FieldChange[] {
  const fields = new Map<string, FieldChange>()
  for (const { changes } of revisions.filter((revision) => revision.generation > generation)) {
    for (const { field, before, after } of changes) {
      // The newest change of a field says what it is now, the oldest what it was.
      fields.set(field, { field, before: fields.has(field) ? (fields.get(field)?.before ?? null) : after, after: before })
    }
  }
  return [...fields.values()].filter(({ before, after }) => before !== after)
}

/** A digest as people tell it apart: `sha256:` and twelve characters. */
export function shortDigest(digest: string): string {
  const [algorithm = '', hex = ''] = digest.split(':')
  return hex ? `${algorithm}:${hex.slice(0, 12)}` : digest.slice(0, 12)
}
