import { CARD_SECTIONS, type Card, type CardTexts } from '../projects/card/card.js'
import type { Link, Project } from '../projects/project.js'
import { canonicalJson, sha256 } from '../../common/canonical-json.js'
import type { ProjectVersionDto } from '../publications/publications.dto.js'
import type { ReportDto } from '../reports/reports.dto.js'
import { nodesOf, type RichText } from '../richtext/rich-text.js'
import type { ExportLanguage } from './export-language.js'
import { WORDS, type ExportWords } from './export-words.js'

export const EXPORT_FORMATS = ['html', 'pdf'] as const
export type ExportFormat = (typeof EXPORT_FORMATS)[number]

/** A text of an export, under a heading of its own where it is one of several. */
export interface ExportPart {
  /** What its ids begin with; null for the usual. */
  key: string | null
  title: string | null
  text: RichText
  /** Whether it begins on a new sheet of paper. */
  isChapter: boolean
}

export interface ExportTable {
  title: string
  columns: readonly string[]
  rows: readonly (readonly string[])[]
}

/** What is exported, before it is a file: texts, and all that says where they are from. */
export interface ExportDocument {
  projectId: string
  /** In which it says what nobody wrote into its texts. */
  language: ExportLanguage
  title: string
  summary: string
  authors: string[]
  licence: string
  /** As in "Version 3". */
  version: string
  /** When that was written, ISO 8601. */
  at: string
  /** SHA-256 in hex. */
  hash: string
  permalink: string
  /** Said at the top when something is wrong with it; empty otherwise. */
  warning: string
  facts: { label: string; value: string }[]
  links: Link[]
  /** The asset that is its picture. */
  cover: string | null
  parts: ExportPart[]
  tables: ExportTable[]
}

const fact = (label: string, value: string): ExportDocument['facts'] => (value.trim() === '' ? [] : [{ label, value }])
type Named = Record<'displayName' | 'username', string>
const nameOf = ({ displayName, username }: Named): string => displayName || username

/** A size in decimal units, as file managers show it. @param bytes a whole number */
function sizeOf(bytes: number, language: ExportLanguage): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte']
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  const format = { style: 'unit', unit: units[power] ?? 'byte', unitDisplay: power === 0 ? 'long' : 'short' } as const
  return new Intl.NumberFormat(language, { ...format, maximumSignificantDigits: 3 }).format(bytes / 1_000 ** power)
}

/** The sections of a card that say something. */
const sectionsOf = (card: CardTexts, words: ExportWords): ExportPart[] =>
  CARD_SECTIONS.flatMap((section): ExportPart[] => {
    const text = card[section]
    return text ? [{ key: `s-${section}-`, title: words.sections[section], text, isChapter: false }] : []
  })

/** What of a project is known besides its texts. */
const factsOf = (
  { task, tags, frameworks }: Pick<Project, 'task' | 'tags' | 'frameworks'>,
  { labels }: ExportWords,
): ExportDocument['facts'] => [
  ...fact(labels.task, task),
  ...fact(labels.tags, tags.join(', ')),
  ...fact(labels.frameworks, frameworks.join(', ')),
]

const authorsOf = (contacts: readonly { name: string }[], owner: Named | null): string[] =>
  contacts.length > 0 ? contacts.map(({ name }) => name) : [owner ? nameOf(owner) : ''].filter((name) => name !== '')

/** A report as it is now. @param portal address of the portal, without a slash at its end */
export function reportDocument(report: ReportDto, project: Project, portal: string, language: ExportLanguage = 'en'): ExportDocument {
  const { title, content } = report
  const words = WORDS[language]
  return {
    ...{ projectId: project.id, language, title, summary: '', licence: project.licence, warning: '', links: [], cover: null, tables: [] },
    authors: [...new Set([nameOf(report.author), nameOf(report.lastEditor)])].filter((name) => name !== ''),
    version: words.revision(report.revision),
    at: report.updatedAt,
    hash: sha256(canonicalJson({ title, content })),
    permalink: `${portal}/p/${project.slug}/reports/${report.id}`,
    facts: fact(words.labels.project, project.title),
    parts: [{ key: null, title: null, text: content, isChapter: false }],
  }
}

/** The card of a project as it is now. @param owner null when the account is gone @param portal as above */
export function cardDocument(
  project: Project,
  { texts, revision }: Card,
  owner: Named | null,
  portal: string,
  language: ExportLanguage = 'en',
): ExportDocument {
  const { id: projectId, title, summary, licence, links, cover, contacts } = project
  const words = WORDS[language]
  return {
    ...{ projectId, language, title, summary, licence, links, cover, warning: '', tables: [] },
    authors: authorsOf(contacts, owner),
    version: words.revision(revision),
    at: project.updatedAt.toISOString(),
    hash: sha256(canonicalJson({ title, summary, texts })),
    permalink: `${portal}/p/${project.slug}`,
    facts: factsOf(project, words),
    parts: sectionsOf(texts, words),
  }
}

/** A version as it was published; of its parts those that say something. @param portal as above */
export function versionDocument(version: ProjectVersionDto, portal: string, language: ExportLanguage = 'en'): ExportDocument {
  const { projectId, title, summary, licence, at, hash, card, reports, datasets, apps, contacts, links, cover } = version
  const words = WORDS[language]
  const chapters = reports.map(({ title: name, content }, index): ExportPart => ({
    key: `s-report-${index + 1}-`,
    title: name,
    text: content,
    isChapter: true,
  }))
  const tables: ExportTable[] = [
    {
      ...words.datasets,
      rows: datasets.map(({ name, files, sizeBytes, checksum }) => [
        name,
        new Intl.NumberFormat(language).format(files),
        sizeOf(sizeBytes, language),
        checksum,
      ]),
    },
    { ...words.apps, rows: apps.map(({ name, image, digest }) => [name, image, digest ?? '']) },
  ]
  return {
    ...{ projectId, language, title, summary, licence, at, hash, links, cover },
    authors: authorsOf(contacts, version.owner),
    version: words.version(version.number),
    permalink: `${portal}/p/${version.slug}/v/${version.number}`,
    warning: version.intact ? '' : words.altered,
    facts: [...factsOf(version, words), ...fact(words.labels.news, version.note)],
    parts: [...sectionsOf(card, words), ...chapters],
    tables: tables.filter(({ rows }) => rows.length > 0),
  }
}

/** Every picture that it shows, as often as it is shown. */
export const picturesOf = ({ cover, parts }: Pick<ExportDocument, 'cover' | 'parts'>): string[] => [
  ...(cover === null ? [] : [cover]),
  ...parts.flatMap(({ text }) => [...nodesOf(text)].flatMap((node) => (node.type === 'image' ? [node.attrs.asset] : []))),
]

/** Every app that it embeds; each once. */
export const appsOf = ({ parts }: Pick<ExportDocument, 'parts'>): string[] => [
  ...new Set(parts.flatMap(({ text }) => [...nodesOf(text)].flatMap((node) => (node.type === 'appEmbed' ? [node.attrs.engine] : [])))),
]

/** Whether it has formulas, which need fonts of their own. */
export const hasFormulas = ({ parts }: Pick<ExportDocument, 'parts'>): boolean =>
  parts.some(({ text }) => [...nodesOf(text)].some(({ type }) => type === 'inlineMath' || type === 'blockMath'))

/** The name of the file, which every file system takes. */
export function fileNameOf({ title, version }: Pick<ExportDocument, 'title' | 'version'>, format: ExportFormat): string {
  const name = title
    .toWellFormed()
    .replace(/[\p{Cc}\p{Cf}\\/:*?"<>|]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .]+/, '')
  const short = [...name].slice(0, 80).join('').trim()
  return `${short || 'export'}, ${version.toLowerCase()}.${format}`
}
