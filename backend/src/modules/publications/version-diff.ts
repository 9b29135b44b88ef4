import { setImmediate } from 'node:timers/promises'
import { CARD_SECTIONS, type CardSection } from '../projects/card/card.js'
import { diffRichText, type BlockDiff } from '../richtext/diff.js'
import type { RichText } from '../richtext/rich-text.js'
import { canonicalJson } from '../../common/canonical-json.js'
import type { FrozenReport, VersionContent } from './version.js'

export const DIFF_FIELDS = [
  'title',
  'summary',
  'task',
  'tags',
  'frameworks',
  'licence',
  'contacts',
  'links',
  'cover',
  'datasets',
  'apps',
] as const
export type DiffField = (typeof DIFF_FIELDS)[number]

export const REPORT_STATES = ['added', 'removed', 'changed', 'same'] as const
export type ReportState = (typeof REPORT_STATES)[number]

/** What differs between two versions, as people read it. */
export interface VersionDiff {
  /** Those that differ; null where there is nothing. A list has a line for each of its entries. */
  fields: { field: DiffField; before: string | null; after: string | null }[]
  /** Those that differ. */
  sections: { section: CardSection; blocks: BlockDiff[] }[]
  /** Those of both, in the order of the later one; without blocks where nothing differs. */
  reports: { id: string; title: string; state: ReportState; blocks: BlockDiff[] }[]
}

const EMPTY: RichText = { type: 'doc', content: [] }

/**
 * What differs between two versions. Lets other work in between two texts: comparing each is bounded, a version may have many.
 * @param before null for what comes before the first version
 */
export async function diffVersions(before: VersionContent | null, after: VersionContent): Promise<VersionDiff> {
  const was: Partial<Record<DiffField, string | null>> = before ? fieldsOf(before) : {}
  const is = fieldsOf(after)
  const fields = DIFF_FIELDS.map((field) => ({ field, before: was[field] ?? null, after: is[field] })).filter(
    (change) => change.before !== change.after,
  )
  const sections: VersionDiff['sections'] = []
  for (const section of CARD_SECTIONS) {
    const [from, to] = [before?.card[section] ?? EMPTY, after.card[section] ?? EMPTY]
    if (canonicalJson(from) === canonicalJson(to)) continue
    sections.push({ section, blocks: diffRichText(from, to) })
    await setImmediate()
  }
  const old = new Map((before?.reports ?? []).map((report) => [report.id, report]))
  const gone = (before?.reports ?? []).filter(({ id }) => !after.reports.some((report) => report.id === id))
  const reports: VersionDiff['reports'] = []
  for (const [from, to] of [
    ...after.reports.map((report) => [old.get(report.id), report] as const),
    ...gone.map((report) => [report, undefined] as const),
  ]) {
    const report = reportDiff(from, to)
    if (report) reports.push(report)
    await setImmediate()
  }
  return { fields, sections, reports }
}

function reportDiff(from: FrozenReport | undefined, to: FrozenReport | undefined): VersionDiff['reports'][number] | null {
  const shown = to ?? from
  if (!shown) return null
  const { id, title } = shown
  if (from && to && canonicalJson(from) === canonicalJson(to)) return { id, title, state: 'same', blocks: [] }
  const state = from ? (to ? 'changed' : 'removed') : 'added'
  return { id, title, state, blocks: diffRichText(from?.content ?? EMPTY, to?.content ?? EMPTY) }
}

/** Each field in words; null where it is empty. */
function fieldsOf(content: VersionContent): Record<DiffField, string | null> {
  const { title, summary, task, licence, cover } = content
  return {
    title: filled(title),
    summary: filled(summary),
    task: filled(task),
    tags: lines(content.tags),
    frameworks: lines(content.frameworks),
    licence: filled(licence),
    contacts: lines(content.contacts.map(({ name, email, url }) => [name, email, url].filter((part) => part !== '').join(', '))),
    links: lines(content.links.map((link) => `${link.title}: ${link.url}`)),
    cover,
    datasets: lines(
      content.datasets.map(
        ({ name, files, sizeBytes, checksum }) =>
          `${name}: ${files} file${files === 1 ? '' : 's'}, ${sizeBytes} bytes, ${checksum.slice(0, 12)}`,
      ),
    ),
    apps: lines(content.apps.map(({ name, image, digest }) => `${name}: ${image}${digest === null ? '' : ` (${digest})`}`)),
  }
}

const filled = (text: string): string | null => (text === '' ? null : text)
const lines = (all: readonly string[]): string | null => (all.length === 0 ? null : all.join('\n'))
