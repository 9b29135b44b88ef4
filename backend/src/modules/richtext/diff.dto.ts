import { Out } from '../../common/validation/fields.js'
import type { BlockDiff, WordDiff } from './diff.js'

export class WordDiffDto implements WordDiff {
  @Out({ enum: ['same', 'added', 'removed'] }) kind: WordDiff['kind']
  @Out() text: string
}

export class BlockDiffDto implements BlockDiff {
  @Out({ enum: ['same', 'added', 'removed', 'changed'] }) kind: BlockDiff['kind']
  @Out({ type: String, nullable: true }) before: string | null
  @Out({ type: String, nullable: true }) after: string | null
  @Out({ type: [WordDiffDto], required: false, description: 'of a changed block, unless it has too many words to compare' })
  words?: WordDiffDto[]
}
