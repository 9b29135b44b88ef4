import { diffArrays, diffWordsWithSpace } from 'diff'
import { linesOf } from './plain-text.js'
import { childrenOf, type RichNode, type RichText } from './rich-text.js'

/** Words that stayed, came or went. */
export interface WordDiff {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** One block of one version beside that of the other. */
export interface BlockDiff {
  kind: 'same' | 'added' | 'removed' | 'changed'
  before: string | null
  after: string | null
  /** Of a changed block; left out where comparing would take too long. All `same` means that only what does not read changed: marks, sizes, numbers of a chart. */
  words?: WordDiff[]
}

interface Block {
  type: RichNode['type']
  /** Equal for equal blocks. */
  key: string
  text: string
}

// What comparing may cost, in steps of the algorithm: the square of the number of differences. Together well below a second.
const MAX_BLOCK_EDITS = 1_000
const MAX_WORD_EDITS = 500
const WORD_STEPS = 4_000_000
const MAX_PAIRS = 2_500
const MIN_LIKENESS = 0.3

/**
 * What changed between two checked texts, block by block in reading order; items of a list and rows of a table are blocks of their own.
 * Bounded in time: where two texts differ too much to be aligned, all of the one is removed and all of the other added.
 */
export function diffRichText(before: RichText, after: RichText): BlockDiff[] {
  const [from, to] = [blocksOf(before), blocksOf(after)]
  const budget = { steps: WORD_STEPS }
  let [start, end] = [0, 0]
  while (start < from.length && start < to.length && from[start]?.key === to[start]?.key) start++
  while (end < from.length - start && end < to.length - start && from.at(-1 - end)?.key === to.at(-1 - end)?.key) end++
  return [
    ...to.slice(0, start).map(same),
    ...between(from.slice(start, from.length - end), to.slice(start, to.length - end), budget),
    ...to.slice(to.length - end).map(same),
  ]
}

const same = ({ text }: Block): BlockDiff => ({ kind: 'same', before: text, after: text })
const added = ({ text }: Block): BlockDiff => ({ kind: 'added', before: null, after: text })
const removed = ({ text }: Block): BlockDiff => ({ kind: 'removed', before: text, after: null })

function between(from: Block[], to: Block[], budget: { steps: number }): BlockDiff[] {
  const changes = diffArrays(from, to, { comparator: (a, b) => a.key === b.key, maxEditLength: MAX_BLOCK_EDITS })
  if (!changes) return [...from.map(removed), ...to.map(added)]
  const result: BlockDiff[] = []
  let gone: Block[] = []
  let come: Block[] = []
  const settle = (): void => {
    result.push(...paired(gone, come, budget))
    gone = []
    come = []
  }
  for (const change of changes) {
    if (change.removed) gone.push(...change.value)
    else if (change.added) come.push(...change.value)
    else {
      settle()
      result.push(...change.value.map(same))
    }
  }
  settle()
  return result
}

/** What went and what came at one place: those that are alike became each other, in order, such that most of the text is accounted for. */
function paired(gone: readonly Block[], come: readonly Block[], budget: { steps: number }): BlockDiff[] {
  if (gone.length * come.length > MAX_PAIRS) return [...gone.map(removed), ...come.map(added)]
  const likeness = alignment(gone, come)
  const result: BlockDiff[] = []
  let [i, j] = [0, 0]
  while (i < gone.length || j < come.length) {
    const [old, young] = [gone[i], come[j]]
    const best = scoreAt(likeness.scores, i, j)
    if (old && young && likeness.of(i, j) > 0 && best === likeness.of(i, j) + scoreAt(likeness.scores, i + 1, j + 1)) {
      result.push(changed(old, young, budget))
      i++
      j++
    } else if (old && best === scoreAt(likeness.scores, i + 1, j)) {
      result.push(removed(old))
      i++
    } else if (young) {
      result.push(added(young))
      j++
    }
  }
  return result
}

const scoreAt = (scores: readonly (readonly number[])[], i: number, j: number): number => scores[i]?.[j] ?? 0

/** The best total likeness of what is left from each pair of places on: the longest common subsequence, weighted. */
function alignment(gone: readonly Block[], come: readonly Block[]): { scores: number[][]; of: (i: number, j: number) => number } {
  const [words, others] = [gone.map(wordsOf), come.map(wordsOf)]
  const likeness = gone.map((old, i) => come.map((young, j) => (old.type === young.type ? alike(words[i] ?? NONE, others[j] ?? NONE) : 0)))
  const of = (i: number, j: number): number => scoreAt(likeness, i, j)
  const scores = gone.map(() => come.map(() => 0))
  for (let i = gone.length - 1; i >= 0; i--)
    for (let j = come.length - 1; j >= 0; j--) {
      const row = scores[i]
      if (row)
        row[j] = Math.max(scoreAt(scores, i + 1, j), scoreAt(scores, i, j + 1), of(i, j) > 0 ? of(i, j) + scoreAt(scores, i + 1, j + 1) : 0)
    }
  return { scores, of }
}

const NONE: ReadonlySet<string> = new Set()
const MOST_WORDS = 400

const wordsOf = ({ text }: Block): ReadonlySet<string> =>
  new Set(
    (
      text
        .slice(0, 20 * MOST_WORDS)
        .toLowerCase()
        .match(/[\p{L}\p{N}]+/gu) ?? []
    ).slice(0, MOST_WORDS),
  )

/** The share of words that two blocks have in common (Dice), 0 when it is too small to speak of a change. */
function alike(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  if (a.size === 0 && b.size === 0) return 1
  let common = 0
  for (const word of a) if (b.has(word)) common += 1
  const share = (2 * common) / (a.size + b.size)
  return share < MIN_LIKENESS ? 0 : share
}

function changed(old: Block, young: Block, budget: { steps: number }): BlockDiff {
  const words = wordDiff(old.text, young.text, budget)
  return { kind: 'changed', before: old.text, after: young.text, ...(words ? { words } : {}) }
}

function wordDiff(before: string, after: string, budget: { steps: number }): WordDiff[] | null {
  if (before === after) return before === '' ? [] : [{ kind: 'same', text: before }]
  // Reading the words costs too, however few of them differ.
  const cost = before.length + after.length
  const edits = Math.min(MAX_WORD_EDITS, Math.floor(Math.sqrt(Math.max(0, budget.steps - cost))))
  if (edits < 1) return null
  const changes = diffWordsWithSpace(before, after, { maxEditLength: edits })
  const made = changes?.reduce((sum, { added, removed, count }) => sum + (added || removed ? count : 0), 0) ?? edits
  budget.steps -= cost + made * made
  return changes?.map(({ added, removed, value }) => ({ kind: added ? 'added' : removed ? 'removed' : 'same', text: value })) ?? null
}

const blocksOf = (doc: RichText): Block[] => doc.content.flatMap((node) => blockOf(node, ''))

/** @param lead what is written before it: the indent of an inner list */
function blockOf(node: RichNode, lead: string): Block[] {
  switch (node.type) {
    case 'bulletList':
    case 'orderedList':
    case 'taskList':
      return childrenOf(node).flatMap((item, index) =>
        itemOf(item, lead, node.type === 'orderedList' ? `${index + (node.attrs?.start ?? 1)}.` : '•', node.type),
      )
    case 'table':
      return childrenOf(node).map((row) => plainBlock(row, lead, linesOf(row).join(' ').replaceAll('\t', ' | ')))
    case 'blockquote':
      return childrenOf(node).flatMap((child) => blockOf(child, `${lead}> `))
    case 'callout':
      return childrenOf(node).flatMap((child) => blockOf(child, `${lead}[${node.attrs.kind}] `))
    default:
      return [plainBlock(node, lead, readable(node))]
  }
}

function itemOf(item: RichNode, lead: string, bullet: string, list: RichNode['type']): Block[] {
  const [line, ...rest] = childrenOf(item)
  const mark = item.type === 'taskItem' ? (item.attrs.checked ? '☑' : '☐') : bullet
  const first = line ? linesOf(line).join(' ') : ''
  return [
    // An item's number is no change of the item.
    { type: item.type, key: JSON.stringify([lead, list, 'attrs' in item ? item.attrs : null, line]), text: `${lead}${mark} ${first}` },
    ...rest.flatMap((child) => blockOf(child, `${lead}  `)),
  ]
}

const plainBlock = (node: RichNode, lead: string, text: string): Block => ({
  type: node.type,
  key: lead + JSON.stringify(node),
  text: lead + text,
})

/** A block in one text, with a word for what it is where that is not said by it. */
function readable(node: RichNode): string {
  const text = linesOf(node).join('\n')
  switch (node.type) {
    case 'heading':
      return `${'#'.repeat(node.attrs.level)} ${text}`
    case 'horizontalRule':
      return '———'
    case 'image':
    case 'video':
    case 'chart':
    case 'appEmbed':
    case 'tableOfContents':
      return `[${NAMES[node.type]}${text === '' ? '' : `: ${text}`}]`
    default:
      return text
  }
}

const NAMES = { image: 'image', video: 'video', chart: 'chart', appEmbed: 'app', tableOfContents: 'contents' } as const
