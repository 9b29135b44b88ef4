import type { DiffBlock } from '../../api/publications'

/** Blocks that differ, and runs of blocks that do not, which are folded. */
export type DiffPart = { kind: 'same'; blocks: DiffBlock[] } | { kind: 'different'; block: DiffBlock }

/** Folds runs of blocks that are the same into one part each. */
export function partsOf(blocks: readonly DiffBlock[]): DiffPart[] {
  const parts: DiffPart[] = []
  for (const block of blocks) {
    const last = parts.at(-1)
    if (block.kind !== 'same') parts.push({ kind: 'different', block })
    else if (last?.kind === 'same') last.blocks.push(block)
    else parts.push({ kind: 'same', blocks: [block] })
  }
  return parts
}

export const differs = (blocks: readonly DiffBlock[]): boolean => blocks.some(({ kind }) => kind !== 'same')

/** The words of a block against what it was; one that is wholly new or gone is one run. */
export function wordsOf(block: DiffBlock): { kind: 'same' | 'added' | 'removed'; text: string }[] {
  if (block.kind === 'changed' && block.words) return block.words
  return [
    ...(block.before !== null && block.kind !== 'added' ? [{ kind: 'removed' as const, text: block.before }] : []),
    ...(block.after !== null && block.kind !== 'removed' ? [{ kind: 'added' as const, text: block.after }] : []),
  ]
}
