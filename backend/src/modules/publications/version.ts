import { CARD_SECTIONS, type CardTexts } from '../projects/card/card.js'
import type { Contact, Link } from '../projects/project.js'
import { referencesOf } from '../richtext/references.js'
import { nodesOf, type ChartSource, type RichText } from '../richtext/rich-text.js'
import { canonicalJson, sha256 } from '../../common/canonical-json.js'

/** Someone as they were called when it happened. */
export interface Author {
  id: string
  username: string
  displayName: string
}

export interface FrozenReport {
  id: string
  title: string
  content: RichText
}

export interface FrozenDataset {
  id: string
  name: string
  /** How many files it had, and their size together in bytes. */
  files: number
  sizeBytes: number
  /** SHA-256 over names, sizes and checksums of all its files, by name. */
  checksum: string
}

export interface FrozenApp {
  name: string
  image: string
  /** What the image was, as in `sha256:…`; null where the cluster has not said. */
  digest: string | null
}

/** What a project shows: what a version freezes of it. */
export interface VersionContent {
  title: string
  summary: string
  task: string
  tags: string[]
  frameworks: string[]
  /** An SPDX id, or words; empty for none. */
  licence: string
  contacts: Contact[]
  links: Link[]
  /** The asset that is its picture. */
  cover: string | null
  card: CardTexts
  reports: FrozenReport[]
  datasets: FrozenDataset[]
  /** Those that ran. */
  apps: FrozenApp[]
}

/** A chart as it was, so that it can be told later whether its data has changed since. */
export interface ChartSnapshot {
  /** A section of the card, or the id of a report. */
  place: string
  id: string
  source: ChartSource
  /** SHA-256 of the canonical JSON of what is drawn. */
  hash: string
  /** When its data was read, ISO 8601: that of a figure when it was taken, any other with the version. */
  snapshot: string
}

/** A version as it is kept for good: its canonical JSON is what is hashed. Times are ISO 8601. */
export interface FrozenVersion extends VersionContent {
  projectId: string
  slug: string
  number: number
  at: string
  author: Author
  /** Whose the project was. */
  owner: Author
  note: string
  charts: ChartSnapshot[]
}

/**
 * A version begins as `preparing`, which claims its number and holds its files, and is `published` once its text is stored: only then is it there for anyone.
 * One that never got so far is `discarding` until its text is gone.
 */
export type VersionState = 'preparing' | 'published' | 'discarding'

/** What is kept beside the frozen text. */
export interface VersionHead {
  projectId: string
  /** From 1, without gaps among those that are published. */
  number: number
  /** Names the stored text; another one for each attempt. */
  contentId: string
  state: VersionState
  /** Whether what follows from its last change is done: the project knows its newest version, a withdrawn text is gone. */
  settled: boolean
  at: Date
  author: Author
  note: string
  hash: string
  appDigest: string | null
  /** Whether everything that the policy asked for at that time was there. */
  passed: boolean
  /** The files that it shows. */
  assets: string[]
  withdrawn: { at: Date; by: string; reason: string } | null
}

/** The most that a version may have as canonical JSON. */
export const MAX_VERSION_BYTES = 8 * 2 ** 20
export const MAX_NOTE = 1_000
export const MAX_REASON = 500

/** All texts of a project, each by its section or by the id of its report. */
export const textsOf = ({ card, reports }: Pick<VersionContent, 'card' | 'reports'>): { place: string; doc: RichText }[] => [
  ...CARD_SECTIONS.flatMap((section) => (card[section] ? [{ place: section, doc: card[section] }] : [])),
  ...reports.map(({ id, content }) => ({ place: id, doc: content })),
]

/** The files that are shown, the cover included; each once. */
export const assetsOf = (content: Pick<VersionContent, 'card' | 'reports' | 'cover'>): string[] => [
  ...new Set([...(content.cover === null ? [] : [content.cover]), ...textsOf(content).flatMap(({ doc }) => referencesOf(doc).assets)]),
]

/** The charts of all texts as they are at that time. */
export const chartsOf = (content: Pick<VersionContent, 'card' | 'reports'>, at: Date): ChartSnapshot[] =>
  textsOf(content).flatMap(({ place, doc }) =>
    [...nodesOf(doc)].flatMap((node) =>
      node.type === 'chart'
        ? [
            {
              place,
              id: node.attrs.id,
              source: node.attrs.source,
              hash: sha256(canonicalJson(node.attrs.spec)),
              snapshot: node.attrs.source.kind === 'figure' ? node.attrs.source.takenAt : at.toISOString(),
            },
          ]
        : [],
    ),
  )

/** Only what a project shows of a version, in the order of its type. */
export const contentOf = (from: VersionContent): VersionContent => {
  const { title, summary, task, tags, frameworks, licence, contacts, links, cover, card, reports, datasets, apps } = from
  return { title, summary, task, tags, frameworks, licence, contacts, links, cover, card, reports, datasets, apps }
}

/** Whether two contents show the same. */
export const sameContent = (a: VersionContent, b: VersionContent): boolean => canonicalJson(contentOf(a)) === canonicalJson(contentOf(b))

/** What of a version is another by now. */
export interface Moved {
  /** The charts of figures that are others or are gone by now; any other that the draft draws from other data, or has no more. */
  charts: { place: string; id: string }[]
  /** The ids of the data sets whose files are others, or that are not there any more. */
  datasets: string[]
}

/** What the data of a version is compared with. */
interface Present {
  draft: VersionContent
  /** What the project's figures draw: their hashes by id. */
  figures: ReadonlyMap<string, string>
  at: Date
}

/** What has changed since of the data that a version shows. Pure. */
export function movedSince({ charts, datasets }: Pick<FrozenVersion, 'charts' | 'datasets'>, { draft, figures, at }: Present): Moved {
  const keyOf = ({ snapshot: _, ...chart }: ChartSnapshot): string => canonicalJson(chart)
  const present = new Set(chartsOf(draft, at).map(keyOf))
  const checksums = new Map(draft.datasets.map(({ id, checksum }) => [id, checksum]))
  // The data of a figure is the figure's, whatever became of the chart in the draft.
  const isPresent = (chart: ChartSnapshot): boolean =>
    chart.source.kind === 'figure' ? figures.get(chart.source.figure) === chart.source.hash : present.has(keyOf(chart))
  return {
    charts: charts.filter((chart) => !isPresent(chart)).map(({ place, id }) => ({ place, id })),
    datasets: datasets.filter(({ id, checksum }) => checksums.get(id) !== checksum).map(({ id }) => id),
  }
}
