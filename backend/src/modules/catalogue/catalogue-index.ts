import type { AccessFilter } from '../../common/policy/policy.js'
import type { EnginePhase } from '../engines/engine.js'
import type { ListedProject } from '../projects/project-feed.js'
import type { SearchThing } from '../projects/search-text.js'
import { wordsOf } from '../projects/search-words.js'
import { readersOf, valuesOf, type Entry, type Figures, type Texts } from './catalogue-entry.js'
import {
  FACETS,
  type CatalogueFilter,
  type CatalogueOrder,
  type CataloguePageQuery,
  type CataloguePosition,
  type Facet,
  type FacetCount,
} from './catalogue-query.js'
import { Lexicon } from './lexicon.js'

const NO_FIGURES: Figures = { stars: 0, views: 0, revision: 0 }
const NO_WORDS = new Uint32Array(0)
const HAS_APP = ['true']
const HAS_NO_APP = ['false']
const NONE: readonly string[] = []
const NO_THINGS: KnownTexts['things'] = []
const MOST_LISTS_EACH = 6
// A match in the title counts before one in a tag, in the summary, in anything else.
const OTHER_FIELDS = 3

/** One project that passes all filters but those of facets. */
interface Candidate {
  entry: Entry
  /** 0 when every word is in the title; higher, the further away the words are. */
  rank: number
  /** The facet whose filter it does not pass; null for none. One that passes two of them not is no candidate. */
  failed: Facet | null
}

/** A thing within a project. */
export type FoundThing = SearchThing & { projectId: string }

/** What is known of the texts of a project; things with the words of their titles. */
interface KnownTexts {
  own: Uint32Array
  things: readonly (SearchThing & { words: readonly string[] })[]
  revision: number
}

/**
 * All projects with what lists need of them, in memory: a database without indexes for such questions would read every project for each. It holds copies
 * and decides nothing that is shown: whoever shows a project reads it from the repository and asks the policy again. What it is told may come in any order
 * and more than once; the newest counts.
 */
export class CatalogueIndex {
  private readonly entries = new Map<string, Entry>()
  private readonly figures = new Map<string, Figures>()
  private readonly texts = new Map<string, KnownTexts>()
  private readonly phases = new Map<string, EnginePhase>()
  /** Projects that were deleted: what was read before that must not bring them back. */
  private readonly gone = new Set<string>()
  private readonly lexicon = new Lexicon()
  private readonly lists = new Map<string, readonly string[]>()
  /** One instance of all lists that are equal: most projects share theirs with many others. */
  private readonly same = (list: readonly string[]): readonly string[] => {
    const key = JSON.stringify(list)
    const known = this.lists.get(key)
    if (known) return known
    // What nobody has any more is forgotten now and then; what is not found again is only not shared.
    if (this.lists.size > MOST_LISTS_EACH * (this.entries.size + 1_000)) this.lists.clear()
    this.lists.set(key, list)
    return list
  }

  /** How many projects there are. */
  get size(): number {
    return this.entries.size
  }

  /** Takes in a project as it was stored; one that is being deleted goes. An older state than the one that is known changes nothing. */
  put(project: ListedProject): void {
    if (project.deletedAt !== null) return this.remove(project.id)
    const { id, revision } = project
    const updated = project.updatedAt.getTime()
    const known = this.entries.get(id)
    if (this.gone.has(id) || (known && (known.revision > revision || (known.revision === revision && known.updated >= updated)))) return
    const { own, ends } = this.read(project)
    if (known) this.lexicon.release(known.own)
    this.entries.set(id, {
      id,
      readers: readersOf(project, this.same),
      ownerId: project.ownerId,
      published: project.publishedVersion !== null,
      created: project.createdAt.getTime(),
      updated,
      revision,
      values: valuesOf(project, this.same),
      own,
      ends,
    })
  }

  /** Forgets a project. */
  remove(id: string): void {
    this.gone.add(id)
    const known = this.entries.get(id)
    if (known) this.lexicon.release(known.own)
    const texts = this.texts.get(id)
    if (texts) this.lexicon.release(texts.own)
    for (const map of [this.entries, this.figures, this.texts, this.phases]) map.delete(id)
  }

  /** Forgets all but those. @param seen the ids that were known before those were read; what came since stays */
  keepOnly(ids: ReadonlySet<string>, seen: Iterable<string>): void {
    for (const id of seen) if (!ids.has(id)) this.remove(id)
  }

  /** Whether the project is there, as far as is known. */
  has(id: string): boolean {
    return this.entries.has(id)
  }

  /** The ids of all projects. */
  ids(): string[] {
    return [...this.entries.keys()]
  }

  setFigures(id: string, figures: Figures): void {
    const known = this.figures.get(id)
    if (this.gone.has(id)) return
    // Views only grow; stars have a revision of their own.
    const newer = known && known.revision > figures.revision ? known : figures
    this.figures.set(id, { stars: newer.stars, revision: newer.revision, views: Math.max(known?.views ?? 0, figures.views) })
  }

  figuresOf(id: string): Figures {
    return this.figures.get(id) ?? NO_FIGURES
  }

  setTexts(id: string, { words, things, revision }: Texts): void {
    const known = this.texts.get(id)
    if (this.gone.has(id) || (known && known.revision >= revision)) return
    if (known) this.lexicon.release(known.own)
    this.texts.set(id, {
      own: words.length === 0 ? NO_WORDS : this.lexicon.acquire(words),
      things: things.length === 0 ? NO_THINGS : things.map((thing) => ({ ...thing, words: wordsOf(thing.title) })),
      revision,
    })
  }

  /** Whether the texts of the project are known at all. */
  hasTexts(id: string): boolean {
    return this.texts.has(id)
  }

  /** Says which phase stands for the project's apps; null for none. */
  setPhase(id: string, phase: EnginePhase | null): void {
    if (phase === null || this.gone.has(id)) this.phases.delete(id)
    else this.phases.set(id, phase)
  }

  phaseOf(id: string): EnginePhase | null {
    return this.phases.get(id) ?? null
  }

  /** The ids of those for whose apps a phase stands. */
  withApp(): string[] {
    return [...this.phases.keys()]
  }

  /** A part of the projects that pass the filter, in order, up to `limit + 1` so that the caller sees whether there are more; and how many there are in all. */
  page({ filter, order, after, limit }: CataloguePageQuery): { found: CataloguePosition[]; total: number } {
    const found: CataloguePosition[] = []
    let total = 0
    this.each(filter, ({ entry, rank, failed }) => {
      if (failed !== null) return
      total++
      const position = { key: this.keyOf(entry, rank, order), created: entry.created, id: entry.id }
      if (after && !isBehind(position, after)) return
      const last = found[limit]
      if (last && !isBehind(last, position)) return
      insert(found, position)
      if (found.length > limit + 1) found.pop()
    })
    return { found, total }
  }

  /** How many projects there are in all, and by each value of each facet: those that pass all filters but the facet's own. */
  count(filter: CatalogueFilter): { total: number; facets: Record<Facet, FacetCount[]> } {
    const counts = new Map<Facet, Map<string, number>>(FACETS.map((facet) => [facet, new Map()]))
    let total = 0
    this.each(filter, ({ entry, failed }) => {
      if (failed === null) total++
      for (const [facet, values] of counts) {
        if (failed !== null && failed !== facet) continue
        for (const value of this.valuesOf(entry, facet, filter)) values.set(value, (values.get(value) ?? 0) + 1)
      }
    })
    const listed = (facet: Facet) => [...(counts.get(facet) ?? [])].map(([value, count]) => ({ value, count }))
    return {
      total,
      facets: {
        task: listed('task'),
        tag: listed('tag'),
        framework: listed('framework'),
        licence: listed('licence'),
        owner: listed('owner'),
        group: listed('group'),
        hasApp: listed('hasApp'),
      },
    }
  }

  /** Things of one kind with a title in which every word begins one, in projects that pass the filter; newest first, up to `limit`. */
  things(kind: SearchThing['kind'], access: AccessFilter, words: readonly string[], limit: number): FoundThing[] {
    if (access === null || words.length === 0) return []
    const allows = readerTest(access)
    const found: FoundThing[] = []
    for (const [id, { things }] of this.texts) {
      const project = things.length > 0 && this.entries.get(id)
      if (!project || !allows(project)) continue
      for (const thing of things) {
        const { words: title, ...rest } = thing
        if (thing.kind === kind && words.every((word) => title.some((other) => other.startsWith(word))))
          found.push({ ...rest, projectId: id })
      }
    }
    return found.sort((a, b) => (a.id < b.id ? 1 : -1)).slice(0, limit)
  }

  private each(filter: CatalogueFilter, take: (candidate: Candidate) => void): void {
    const { since, words } = filter
    const allows = readerTest(filter.access)
    const inScope = this.scopeTest(filter)
    const wanted = FACETS.flatMap((facet) => {
      const values = filter.facets[facet]
      return values && values.size > 0 ? [{ facet, values }] : []
    })
    const prefixes = words.map((word) => this.lexicon.beginningWith(word))
    for (const entry of this.entries.values()) {
      if (!allows(entry) || !inScope(entry) || (since !== undefined && entry.updated < since)) continue
      let failed: Facet | null = null
      let fails = 0
      for (const { facet, values } of wanted) {
        if (this.valuesOf(entry, facet, filter).some((value) => values.has(value))) continue
        failed = facet
        if (++fails > 1) break
      }
      if (fails > 1) continue
      const rank = this.rankOf(entry, prefixes)
      if (rank !== null) take({ entry, rank, failed })
    }
  }

  private scopeTest({ scope, me, starred }: CatalogueFilter): (entry: Entry) => boolean {
    if (scope === 'all') return () => true
    if (me === null) return () => false
    if (scope === 'mine') return ({ ownerId }) => ownerId === me.id
    if (scope === 'drafts') return ({ ownerId, published }) => ownerId === me.id && !published
    if (scope === 'starred') return ({ id }) => starred?.has(id) ?? false
    const mine = new Set([`user:${me.id}`, ...me.groupIds.map((id) => `group:${id}`)])
    return ({ ownerId, readers }) => ownerId !== me.id && readers.some((reader) => mine.has(reader))
  }

  private valuesOf(entry: Entry, facet: Facet, { seesMembers }: CatalogueFilter): readonly string[] {
    if (facet === 'hasApp') return this.phases.has(entry.id) ? HAS_APP : HAS_NO_APP
    if (facet === 'group' && !seesMembers) return NONE
    return entry.values[facet]
  }

  /** How far from the title the words are, added up; null when one of them is nowhere. */
  private rankOf(entry: Entry, prefixes: readonly Uint8Array[]): number | null {
    let rank = 0
    for (const prefix of prefixes) {
      const place = firstIn(prefix, entry.own)
      if (place >= 0) rank += OTHER_FIELDS - entry.ends.filter((end) => place < end).length
      else if (firstIn(prefix, this.texts.get(entry.id)?.own ?? NO_WORDS) >= 0) rank += OTHER_FIELDS
      else return null
    }
    return rank
  }

  private keyOf(entry: Entry, rank: number, order: CatalogueOrder): number {
    if (order === 'relevance') return -rank
    if (order === 'new') return entry.created
    if (order === 'updated') return entry.updated
    const { stars, views } = this.figuresOf(entry.id)
    return order === 'stars' ? stars : views
  }

  private read(project: ListedProject): Pick<Entry, 'own' | 'ends'> {
    const words: string[] = []
    const known = new Set<string>()
    const add = (...texts: string[]): number => {
      for (const word of wordsOf(texts.join(' '))) {
        if (known.has(word)) continue
        known.add(word)
        words.push(word)
      }
      return words.length
    }
    const ends = [add(project.title), add(...project.tags), add(project.summary)] as const
    add(project.task, project.licence, ...project.frameworks)
    return { own: this.lexicon.acquire(words), ends: [ends[0], ends[1], ends[2]] }
  }
}

/** The policy's filter as a question about one project. It has to be one of those for reading, which is all that lists ask. */
export function readerTest(access: NonNullable<AccessFilter>): (entry: Pick<Entry, 'id' | 'readers'>) => boolean {
  const { _id: id, 'access.read': readers, ...other } = access
  if (Object.keys(other).length > 0 || (id !== undefined && typeof id !== 'string') || typeof readers === 'string')
    throw new Error('the catalogue knows only who may read')
  const principals = readers && new Set(readers.$in)
  return (entry) =>
    (id === undefined || entry.id === id) && (principals === undefined || entry.readers.some((reader) => principals.has(reader)))
}

/** Where the first of the words is that are marked; -1 for none. A loop, because it is what a search spends its time in. */
function firstIn(marks: Uint8Array, ids: Uint32Array): number {
  for (let i = 0; i < ids.length; i++) if (marks[ids[i] ?? 0] === 1) return i
  return -1
}

/** Whether `a` comes after `b`: both from the highest to the lowest. */
function isBehind(a: CataloguePosition, b: CataloguePosition): boolean {
  if (a.key !== b.key) return a.key < b.key
  if (a.created !== b.created) return a.created < b.created
  return a.id < b.id
}

/** Puts a position in its place among those that are in order. */
function insert(found: CataloguePosition[], position: CataloguePosition): void {
  let low = 0
  let high = found.length
  while (low < high) {
    const middle = (low + high) >> 1
    const other = found[middle]
    if (other && isBehind(position, other)) low = middle + 1
    else high = middle
  }
  found.splice(low, 0, position)
}
