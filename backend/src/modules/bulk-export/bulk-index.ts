import type { Visibility } from '../../common/policy/actions.js'
import type { ExportLanguage } from '../exports/export-language.js'
import { escapeHtml } from '../richtext/html.js'
import type { ArchivedProject } from './bulk-archive.js'
import type { BulkExport } from './bulk-export.js'

const STYLE = `:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1.5rem}
.wide{overflow-x:auto}
table{border-collapse:collapse;width:100%}
caption{text-align:left;padding:.5rem 0}
th,td{border-bottom:1px solid #8888;padding:.5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
td ul{margin:0;padding-left:1.2rem}
.reason{white-space:pre-line}`

type Outcome = 'missed' | 'done' | 'skipped' | 'failed'

const outcomeOf = ({ outcome }: ArchivedProject): Outcome => (outcome === 'waiting' || outcome === 'running' ? 'missed' : outcome)

interface IndexWords {
  title: (portal: string) => string
  what: Readonly<Record<BulkExport['what'], string>>
  visibility: Readonly<Record<Visibility, string>>
  /** Which projects, when, and in which format. */
  scope: (visibility: string, format: string, at: string) => string
  projects: (count: string) => string
  outcomes: Readonly<Record<Outcome, string>>
  columns: readonly [project: string, outcome: string, files: string]
  /** Before and after the name of the manifest. */
  manifest: readonly [string, string]
}

const WORDS: Readonly<Record<ExportLanguage, IndexWords>> = {
  en: {
    title: (portal) => `Export of ${portal}`,
    what: { published: 'The newest version of each project', drafts: 'Card and reports of each project as they were' },
    visibility: { private: 'private', internal: 'internal', public: 'public' },
    scope: (visibility, format, at) => ` that is ${visibility}, as ${format}, ${at}.`,
    projects: (count) => `${count} projects`,
    outcomes: { missed: 'not reached', done: 'exported', skipped: 'skipped', failed: 'failed' },
    columns: ['Project', 'Outcome', 'Files'],
    manifest: ['Size and SHA-256 of each file are in ', '.'],
  },
  de: {
    title: (portal) => `Export von ${portal}`,
    what: { published: 'Die neueste Version jedes Projekts', drafts: 'Karte und Berichte jedes Projekts, wie sie waren' },
    visibility: { private: 'privat', internal: 'intern', public: 'öffentlich' },
    scope: (visibility, format, at) => ` (Sichtbarkeit: ${visibility}) als ${format}, ${at}.`,
    projects: (count) => `${count} Projekte`,
    outcomes: { missed: 'nicht erreicht', done: 'exportiert', skipped: 'ausgelassen', failed: 'fehlgeschlagen' },
    columns: ['Projekt', 'Ergebnis', 'Dateien'],
    manifest: ['Größe und SHA-256 jeder Datei stehen in ', '.'],
  },
}

/** The page of an archive that lists all projects, and leads to their files. Pure; it loads and runs nothing. @param portal its address */
export function indexPage(
  projects: readonly ArchivedProject[],
  { what, format, visibility, lang }: BulkExport,
  at: Date,
  portal: string,
): string {
  const words = WORDS[lang]
  const number = new Intl.NumberFormat(lang)
  const moment = new Intl.DateTimeFormat(lang, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }).format(at)
  const or = new Intl.ListFormat(lang, { type: 'disjunction' })
  const counted = (['done', 'skipped', 'failed', 'missed'] as const)
    .map((outcome) => ({ outcome, count: projects.filter((project) => outcomeOf(project) === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${number.format(count)} ${words.outcomes[outcome]}`)
  const scope = words.scope(or.format(visibility.map((each) => words.visibility[each])), format.toUpperCase(), `${moment} UTC`)
  const title = escapeHtml(words.title(portal))
  return [
    `<!doctype html>\n<html lang="${lang}">\n<head>\n<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">',
    `<title>${title}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>`,
    `<h1>${title}</h1>`,
    `<p>${words.what[what]}${scope}</p>`,
    '<div class="wide"><table>',
    `<caption>${words.projects(number.format(projects.length))}${counted.length === 0 ? '' : `: ${counted.join(', ')}`}</caption>`,
    `<thead><tr>${words.columns.map((column) => `<th scope="col">${column}</th>`).join('')}</tr></thead>\n<tbody>`,
    ...projects.map((project) => row(project, words)),
    '</tbody></table></div>',
    `<p>${words.manifest.join('<a href="manifest.json">manifest.json</a>')}</p>`,
    '</main>\n</body>\n</html>\n',
  ].join('\n')
}

function row(project: ArchivedProject, { outcomes }: IndexWords): string {
  const { title, slug, reason, files } = project
  const links = files.map(({ path }) => `<li><a href="${hrefOf(path)}">${escapeHtml(path.slice(path.indexOf('/') + 1))}</a></li>`)
  // What is to be done about it the portal says in English alone, as its problems.
  const why = reason === null ? '' : `<div class="reason" lang="en">${escapeHtml(reason)}</div>`
  return `<tr><th scope="row">${escapeHtml(title)}<br><small>${escapeHtml(slug)}</small></th><td>${outcomes[outcomeOf(project)]}${why}</td><td>${links.length === 0 ? '' : `<ul>${links.join('')}</ul>`}</td></tr>`
}

/** A path within the archive as an address. Every name in it begins with what no scheme begins with, or has a folder before it. */
const hrefOf = (path: string): string => escapeHtml(path.split('/').map(encodeURIComponent).join('/'))
