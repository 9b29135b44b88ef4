import { CARD_SECTIONS, type Card, type CardSection, type CardTexts } from '../projects/card/card.js'
import type { Link, Project } from '../projects/project.js'
import { canonicalJson, sha256 } from '../publications/canonical-json.js'
import type { ProjectVersionDto } from '../publications/publications.dto.js'
import type { ReportDto } from '../reports/reports.dto.js'
import { nodesOf, type RichText } from '../richtext/rich-text.js'

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
  columns: string[]
  rows: string[][]
}

/** What is exported, before it is a file: texts, and all that says where they are from. */
export interface ExportDocument {
  projectId: string
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

const SECTION_TITLES: Readonly<Record<CardSection, string>> = {
  description: 'Description',
  explanation: 'How it works',
  usage: 'Usage',
  limitations: 'Limitations',
  performance: 'Performance',
}

const fact = (label: string, value: string): ExportDocument['facts'] => (value.trim() === '' ? [] : [{ label, value }])
type Named = Record<'displayName' | 'username', string>
const nameOf = ({ displayName, username }: Named): string => displayName || username

/** A report as it is now. @param portal address of the portal, without a slash at its end */
export function reportDocument(report: ReportDto, project: Project, portal: string): ExportDocument {
  const { title, content } = report
  return {
    ...{ projectId: project.id, title, summary: '', licence: project.licence, warning: '', links: [], cover: null, tables: [] },
    authors: [...new Set([nameOf(report.author), nameOf(report.lastEditor)])].filter((name) => name !== ''),
    version: `Revision ${report.revision}`,
    at: report.updatedAt,
    hash: sha256(canonicalJson({ title, content })),
    permalink: `${portal}/p/${project.slug}/reports/${report.id}`,
    facts: fact('Project', project.title),
    parts: [{ key: null, title: null, text: content, isChapter: false }],
  }
}

/** The card of a project as it is now. @param owner null when the account is gone @param portal as above */
export function cardDocument(project: Project, card: Card, owner: Named | null, portal: string): ExportDocument {
  const { id, slug, title, summary, task, tags, frameworks, licence, contacts, links, cover, updatedAt } = project
  const author = owner ? nameOf(owner) : ''
  return {
    ...{ projectId: id, title, summary, licence, links, cover, warning: '', tables: [] },
    authors: contacts.length > 0 ? contacts.map(({ name }) => name) : author === '' ? [] : [author],
    version: `Revision ${card.revision}`,
    at: updatedAt.toISOString(),
    hash: sha256(canonicalJson({ title, summary, texts: card.texts })),
    permalink: `${portal}/p/${slug}`,
    facts: [...fact('Task', task), ...fact('Tags', tags.join(', ')), ...fact('Frameworks', frameworks.join(', '))],
    parts: cardParts(card.texts),
  }
}

const cardParts = (card: CardTexts): ExportPart[] =>
  CARD_SECTIONS.flatMap((section): ExportPart[] => {
    const text = card[section]
    return text ? [{ key: `s-${section}-`, title: SECTION_TITLES[section], text, isChapter: false }] : []
  })

/** A version as it was published; of its parts those that say something. @param portal as above */
export function versionDocument(version: ProjectVersionDto, portal: string): ExportDocument {
  const { projectId, title, summary, licence, at, hash, card, reports, datasets, apps, contacts, links, cover } = version
  const owner = nameOf(version.owner)
  const chapters = reports.map(({ title: name, content }, index): ExportPart => ({
    key: `s-report-${index + 1}-`,
    title: name,
    text: content,
    isChapter: true,
  }))
  const tables: ExportTable[] = [
    {
      title: 'Data sets',
      columns: ['Name', 'Files', 'Bytes', 'SHA-256'],
      rows: datasets.map(({ name, files, sizeBytes, checksum }) => [name, String(files), String(sizeBytes), checksum]),
    },
    { title: 'Apps', columns: ['Name', 'Image', 'Digest'], rows: apps.map(({ name, image, digest }) => [name, image, digest ?? '']) },
  ]
  return {
    ...{ projectId, title, summary, licence, at, hash, links, cover },
    authors: contacts.length > 0 ? contacts.map(({ name }) => name) : owner === '' ? [] : [owner],
    version: `Version ${version.number}`,
    permalink: `${portal}/p/${version.slug}/v/${version.number}`,
    warning: version.intact ? '' : 'What is stored of this version is not what was published: its hash is another one.',
    facts: [
      ...fact('Task', version.task),
      ...fact('Tags', version.tags.join(', ')),
      ...fact('Frameworks', version.frameworks.join(', ')),
      ...fact('What is new', version.note),
    ],
    parts: [...cardParts(card), ...chapters],
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
