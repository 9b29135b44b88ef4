import type { RichNode, RichText } from './document'

/** A stretch of a text in which two versions may differ, block by block. */
export type Segment =
  | { kind: 'same'; blocks: RichNode[] }
  /** `changed` says who changed it since both began. */
  | { kind: 'differs'; changed: 'mine' | 'theirs' | 'both'; mine: RichNode[]; theirs: RichNode[] }

export type Choice = 'mine' | 'theirs' | 'both'

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, entry]) => [key, canonical(entry)]),
  )
}

/** The pairs of places at which two lists have the same, as many as there can be (the longest common subsequence). */
function matches(a: readonly string[], b: readonly string[]): [number, number][] {
  const lengths = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  const at = (i: number, j: number): number => lengths[i]?.[j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    const row = lengths[i]
    if (!row) continue
    for (let j = b.length - 1; j >= 0; j -= 1) row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  }
  const pairs: [number, number][] = []
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] === b[j]) {
      pairs.push([i, j])
      i += 1
      j += 1
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1
    else j += 1
  }
  return pairs
}

/**
 * Lays two texts that began as one beside each other, block by block (diff3: what both still have of the first are the fixed points).
 * Every block of either is in exactly one segment, so that nothing can be lost.
 */
export function segments(base: RichText, mine: RichText, theirs: RichText): Segment[] {
  const [baseKeys, mineKeys, theirKeys] = [base, mine, theirs].map(({ content }) =>
    content.map((node) => JSON.stringify(canonical(node))),
  ) as [string[], string[], string[]]
  const inMine = new Map(matches(baseKeys, mineKeys))
  const inTheirs = new Map(matches(baseKeys, theirKeys))
  const result: Segment[] = []
  let from = { base: 0, mine: 0, theirs: 0 }

  /** As many blocks here, there and before: each was changed by itself. */
  function between(to: { base: number; mine: number; theirs: number }): void {
    const count = to.base - from.base
    if (count > 1 && to.mine - from.mine === count && to.theirs - from.theirs === count) {
      for (let at = 1; at < count; at += 1) stretch({ base: from.base + 1, mine: from.mine + 1, theirs: from.theirs + 1 })
    }
    stretch(to)
  }

  function stretch(to: { base: number; mine: number; theirs: number }): void {
    const keysOf = (keys: readonly string[], start: number, end: number): string => JSON.stringify(keys.slice(start, end))
    const before = keysOf(baseKeys, from.base, to.base)
    const a = keysOf(mineKeys, from.mine, to.mine)
    const b = keysOf(theirKeys, from.theirs, to.theirs)
    const mineBlocks = mine.content.slice(from.mine, to.mine)
    if (a === b) same(mineBlocks)
    else {
      const changed = a === before ? 'theirs' : b === before ? 'mine' : 'both'
      result.push({ kind: 'differs', changed, mine: mineBlocks, theirs: theirs.content.slice(from.theirs, to.theirs) })
    }
    from = to
  }
  function same(blocks: RichNode[]): void {
    if (blocks.length === 0) return
    const last = result.at(-1)
    if (last?.kind === 'same') last.blocks.push(...blocks)
    else result.push({ kind: 'same', blocks: [...blocks] })
  }

  for (const index of baseKeys.keys()) {
    const mineAt = inMine.get(index)
    const theirsAt = inTheirs.get(index)
    if (mineAt === undefined || theirsAt === undefined) continue
    between({ base: index, mine: mineAt, theirs: theirsAt })
    same(mine.content.slice(mineAt, mineAt + 1))
    from = { base: index + 1, mine: mineAt + 1, theirs: theirsAt + 1 }
  }
  between({ base: base.content.length, mine: mine.content.length, theirs: theirs.content.length })
  return result
}

/** What is most likely wanted: what only one of both changed, and where both did, both. */
export const likely = (segment: Segment): Choice => (segment.kind === 'same' ? 'both' : segment.changed)

/** The text of the choices, one for each segment that differs, in their order. */
export function merged(parts: readonly Segment[], choices: readonly Choice[]): RichText {
  let at = 0
  const content = parts.flatMap((part) => {
    if (part.kind === 'same') return part.blocks
    const choice = choices[at] ?? likely(part)
    at += 1
    return [...(choice === 'theirs' ? [] : part.mine), ...(choice === 'mine' ? [] : part.theirs)]
  })
  return { type: 'doc', content: content.length > 0 ? content : [{ type: 'paragraph' }] }
}
