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

const OUTCOMES: Readonly<Record<ArchivedProject['outcome'], string>> = {
  waiting: 'not reached',
  running: 'not reached',
  done: 'exported',
  skipped: 'skipped',
  failed: 'failed',
}

/** The page of an archive that lists all projects, and leads to their files. Pure; it loads and runs nothing. @param portal its address */
export function indexPage(
  projects: readonly ArchivedProject[],
  { what, format, visibility }: BulkExport,
  at: Date,
  portal: string,
): string {
  const counted = (['done', 'skipped', 'failed'] as const)
    .map((outcome) => ({ outcome, count: projects.filter((project) => project.outcome === outcome).length }))
    .filter(({ count }) => count > 0)
    .map(({ outcome, count }) => `${count} ${OUTCOMES[outcome]}`)
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="referrer" content="no-referrer">',
    `<title>Export of ${escapeHtml(portal)}</title>\n<style>${STYLE}</style>\n</head>\n<body>\n<main>`,
    `<h1>Export of ${escapeHtml(portal)}</h1>`,
    `<p>${what === 'published' ? 'The newest version' : 'Card and reports as they were'} of each ${visibility.join(', ')} project as ${format.toUpperCase()}, ${at.toISOString()}.</p>`,
    '<div class="wide"><table>',
    `<caption>${projects.length} projects${counted.length === 0 ? '' : `: ${counted.join(', ')}`}</caption>`,
    '<thead><tr><th scope="col">Project</th><th scope="col">Outcome</th><th scope="col">Files</th></tr></thead>\n<tbody>',
    ...projects.map((project) => row(project)),
    '</tbody></table></div>',
    '<p>Size and SHA-256 of each file are in <a href="manifest.json">manifest.json</a>.</p>',
    '</main>\n</body>\n</html>\n',
  ].join('\n')
}

function row({ title, slug, outcome, reason, files }: ArchivedProject): string {
  const links = files.map(({ path }) => `<li><a href="${hrefOf(path)}">${escapeHtml(path.slice(path.indexOf('/') + 1))}</a></li>`)
  const why = reason === null ? '' : `<div class="reason">${escapeHtml(reason)}</div>`
  return `<tr><th scope="row">${escapeHtml(title)}<br><small>${escapeHtml(slug)}</small></th><td>${OUTCOMES[outcome]}${why}</td><td>${links.length === 0 ? '' : `<ul>${links.join('')}</ul>`}</td></tr>`
}

/** A path within the archive as an address. Every name in it begins with what no scheme begins with, or has a folder before it. */
const hrefOf = (path: string): string => escapeHtml(path.split('/').map(encodeURIComponent).join('/'))
