import type { RouteLocationRaw } from 'vue-router'

/** One line of the quick search. */
export interface Entry {
  key: string
  group: 'recent' | 'project' | 'report' | 'dataset' | 'person' | 'action'
  icon: string
  title: string
  /** What tells it from others of the same name. */
  text: string
  /** Where it leads, or what it does. */
  to: RouteLocationRaw | (() => void)
}

export interface EntryGroup {
  group: Entry['group']
  entries: Entry[]
}

/** Entries under their groups, in the order in which each group first appears. */
export function grouped(entries: readonly Entry[]): EntryGroup[] {
  const groups = new Map<Entry['group'], Entry[]>()
  for (const entry of entries) groups.set(entry.group, [...(groups.get(entry.group) ?? []), entry])
  return [...groups].map(([group, list]) => ({ group, entries: list }))
}

const plain = (text: string): string => text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase()

/** Whether every word of `q` begins a word of `text`; case and accents do not count. */
export function matches(text: string, q: string): boolean {
  const words = plain(text).split(/[^\p{L}\p{N}]+/u)
  return plain(q)
    .split(/[^\p{L}\p{N}]+/u)
    .every((wanted) => words.some((word) => word.startsWith(wanted)))
}

export interface Part {
  text: string
  found: boolean
}

/** A text in parts, those that `q` asks for marked. */
export function marked(text: string, q: string): Part[] {
  const words = q.split(/\s+/).filter(Boolean)
  if (words.length === 0) return [{ text, found: false }]
  const pattern = words.map((word) => word.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('|')
  // A split by a group keeps what it found at the odd places.
  return text
    .split(new RegExp(`(${pattern})`, 'giu'))
    .map((part, index) => ({ text: part, found: index % 2 === 1 }))
    .filter((part) => part.text !== '')
}
