import { escapeHtml } from '../richtext/html.js'
import { safeUrl } from '../richtext/safe-url.js'
import type { ExportDocument, ExportPart, ExportTable } from './export-document.js'
import { exportText, type ExportFiles } from './export-text.js'
import { WORDS } from './export-words.js'
import { PAGE_STYLE, sheetStyle } from './page-style.js'

/** Nothing in the file may load or run anything, whatever may have got into it. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"

/** The whole file: HTML that looks the same without a network. Pure. @param portal address of the portal, for links within it */
export function exportPage(document: ExportDocument, files: ExportFiles, portal: string): string {
  const cover = document.cover === null ? undefined : files.pictures.get(document.cover)
  return [
    `<!doctype html>\n<html lang="${document.language}">\n<head>\n<meta charset="utf-8">`,
    `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="referrer" content="no-referrer">',
    `<title>${escapeHtml(document.title)}</title>`,
    ...document.authors.map((name) => `<meta name="author" content="${escapeHtml(name)}">`),
    `<style>${PAGE_STYLE}${sheetStyle(document)}${files.formulaStyle}</style>`,
    '</head>\n<body>\n<main>\n<header class="head">',
    `<h1>${escapeHtml(document.title)}</h1>`,
    document.summary.trim() === '' ? '' : `<p class="summary">${escapeHtml(document.summary)}</p>`,
    document.authors.length === 0 ? '' : `<p class="authors">${escapeHtml(document.authors.join(', '))}</p>`,
    document.warning === '' ? '' : `<p class="warning" role="alert">${escapeHtml(document.warning)}</p>`,
    facts(document),
    '</header>',
    cover ? `<figure class="cover"><img src="${escapeHtml(cover.url)}" alt=""></figure>` : '',
    ...document.parts.map((part) => partHtml(part, document, files, portal)),
    ...document.tables.map(tableHtml),
    '</main>',
    footer(document),
    '</body>\n</html>\n',
  ].join('\n')
}

const row = (label: string, value: string): string => `<div><dt>${escapeHtml(label)}</dt><dd>${value}</dd></div>`

function facts({ language, version, at, licence, hash, permalink, facts: others, links }: ExportDocument): string {
  const { labels } = WORDS[language]
  return [
    '<dl class="facts">',
    row(labels.version, `${escapeHtml(version)}, ${dayOf(at)}`),
    ...others.map(({ label, value }) => row(label, escapeHtml(value))),
    row(labels.licence, escapeHtml(licence || labels.noLicence)),
    ...(links.length === 0 ? [] : [row(labels.links, links.map(({ title, url }) => linkTo(url, title || url)).join(', '))]),
    row(labels.address, linkTo(permalink, permalink)),
    row('SHA-256', `<code>${escapeHtml(hash)}</code>`),
    '</dl>',
  ].join('')
}

function partHtml(part: ExportPart, document: ExportDocument, files: ExportFiles, portal: string): string {
  const title = part.title === null ? '' : `<h2 class="part-title">${escapeHtml(part.title)}</h2>`
  return `<section class="${part.isChapter ? 'part chapter' : 'part'}">${title}${exportText(part, document, files, portal)}</section>`
}

function tableHtml({ title, columns, rows }: ExportTable): string {
  const cells = (values: readonly string[], name: 'td' | 'th'): string =>
    values.map((value) => `<${name}>${escapeHtml(value)}</${name}>`).join('')
  const body = rows.map((values) => `<tr>${cells(values, 'td')}</tr>`).join('')
  return `<section class="part"><h2 class="part-title">${escapeHtml(title)}</h2><div class="rt-table" role="region" tabindex="0" aria-label="${escapeHtml(title)}"><table><thead><tr>${cells(columns, 'th')}</tr></thead><tbody>${body}</tbody></table></div></section>`
}

function footer({ title, authors, version, at, licence, hash, permalink }: ExportDocument): string {
  const said = [title, authors.join(', '), `${version}, ${dayOf(at)}`, licence].filter((text) => text !== '').map(escapeHtml)
  return `<footer class="foot"><p>${said.join(' · ')}</p><p>${linkTo(permalink, permalink)}</p><p>SHA-256 <code>${escapeHtml(hash)}</code></p></footer>`
}

/** A link where the address is one that may be linked, else the words alone. */
function linkTo(address: string, words: string): string {
  const url = safeUrl(address)
  return url === null ? escapeHtml(words) : `<a href="${escapeHtml(url)}" rel="noopener noreferrer">${escapeHtml(words)}</a>`
}

const dayOf = (at: string): string => escapeHtml(at.slice(0, 10))
