import type { ExportDocument } from './export-document.js'
import { WORDS } from './export-words.js'

/** How an export looks: light, readable, and on paper with breaks where they do no harm. The fonts are those of the reader's system. */
export const PAGE_STYLE = `
:root{color-scheme:light;--text:#1b1f24;--muted:#57606a;--line:#d8dee4;--soft:#f6f8fa;--accent:#0b57d0}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--text);font:16px/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;overflow-wrap:anywhere}
main,.foot{max-width:760px;margin:0 auto;padding:0 20px}
.head{padding:48px 0 24px;border-bottom:1px solid var(--line);margin-bottom:32px}
h1,h2,h3,h4{line-height:1.25;margin:1.8em 0 .6em;break-after:avoid}
h1{font-size:36px;margin:0 0 .3em}
h2{font-size:24px}h3{font-size:19px}h4{font-size:16px}
.part-title{font-size:28px;padding-bottom:.2em;border-bottom:1px solid var(--line)}
.summary{font-size:18px;color:var(--muted);margin:.4em 0}
.authors{font-weight:600;margin:.4em 0 1em}
.warning{padding:10px 14px;border:1px solid #b3261e;border-radius:6px;color:#8c1d18}
.facts{margin:0;font-size:14px}
.facts div{display:grid;grid-template-columns:110px minmax(0,1fr);gap:12px;padding:2px 0}
.facts dt{color:var(--muted)}.facts dd{margin:0}
a{color:var(--accent)}
p,ul,ol,blockquote,pre,figure{margin:0 0 1em}
li>p{margin:0 0 .3em}
code,pre{font-family:ui-monospace,"Cascadia Mono","DejaVu Sans Mono",monospace;font-size:.875em}
code{background:var(--soft);padding:.1em .3em;border-radius:4px}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:12px 14px;white-space:pre-wrap}
pre code{background:none;padding:0}
blockquote{margin-left:0;padding-left:16px;border-left:3px solid var(--line);color:var(--muted)}
hr{border:0;border-top:1px solid var(--line);margin:2em 0}
img,svg{max-width:100%;height:auto}
figure{break-inside:avoid}
.cover img{width:100%;max-height:420px;object-fit:contain}
figcaption{font-size:14px;color:var(--muted);margin-top:6px}
.rt-chart{border:1px solid var(--line);border-radius:6px;padding:14px 16px}
.rt-chart figcaption{font-size:16px;font-weight:600;color:inherit;margin:0 0 6px}
.rt-chart p{font-size:14px;color:var(--muted)}
.legend{display:flex;flex-wrap:wrap;gap:2px 16px}
.rt-table{overflow-x:auto;margin:0 0 1em}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{border:1px solid var(--line);padding:5px 8px;text-align:left;vertical-align:top}
th{background:var(--soft)}
th p,td p{margin:0}
tr:not(:has(>:nth-child(8)))>*{min-width:7em}
tr{break-inside:avoid}
thead{display:table-header-group}
.rt-callout{margin:0 0 1em;padding:10px 16px;border:1px solid var(--line);border-left:4px solid #0b57d0;border-radius:6px;background:var(--soft);break-inside:avoid}
.rt-callout>:last-child{margin-bottom:0}
.rt-callout::before{content:attr(aria-label);display:block;font-size:14px;font-weight:600}
.rt-callout-tip{border-left-color:#1a7f37}.rt-callout-warning{border-left-color:#9a6700}.rt-callout-danger{border-left-color:#b3261e}
.rt-tasks{list-style:none;padding-left:0}
.rt-task{display:flex;gap:8px;align-items:baseline}
.rt-math{overflow:hidden}
div.rt-math{overflow-x:auto;overflow-y:hidden;text-align:center;margin:0 0 1em}
.rt-math .katex-display>.katex{white-space:normal}
.rt-math-error{color:#8c1d18}
.rt-missing,.rt-more{color:var(--muted);font-size:14px}
.rt-toc{margin:0 0 1.5em;padding:12px 16px;background:var(--soft);border-radius:6px}
.rt-toc ol{list-style:none;margin:0;padding:0}
.rt-toc-3{padding-left:16px}.rt-toc-4{padding-left:32px}
.rt-footnotes{margin-top:2em;border-top:1px solid var(--line);padding-top:1em;font-size:14px}
mark{background:#fff3b0}
.foot{margin-top:48px;padding-top:16px;padding-bottom:40px;border-top:1px solid var(--line);font-size:13px;color:var(--muted)}
.foot p{margin:0 0 4px}
@media screen{tr:has(>:nth-child(8))>*{overflow-wrap:normal}table:has(tr>:nth-child(4)){min-width:560px}}
@media print{
body{font-size:10pt;line-height:1.5}
h1{font-size:22pt}h2{font-size:15pt}h3{font-size:12pt}h4{font-size:10.5pt}
.part-title{font-size:17pt}
.summary{font-size:12pt}
.facts,.foot,figcaption,.rt-chart p,.rt-more,.rt-footnotes{font-size:9pt}
.cover img{max-height:80mm}
figure.rt-chart{break-inside:auto;-webkit-box-decoration-break:clone;box-decoration-break:clone}
.rt-chart figcaption{font-size:11pt}
.rt-chart svg{display:block}
.rt-chart>:is(figcaption,p,svg){break-inside:avoid;break-after:avoid}
.rt-callout::before{font-size:9pt}
table{font-size:8.5pt}
table:has(tr>:nth-child(8)){font-size:7pt}
table:has(tr>:nth-child(8)) :is(th,td){padding:3px 4px}
pre{font-size:8.5pt}
main,.foot{max-width:none;padding-left:0;padding-right:0}
.head{padding-top:0}
.chapter{break-before:page}
.rt-table,div.rt-math{overflow:visible}
p,li{orphans:3;widows:3}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`

/** What each sheet of paper says about the text that is on it: at the top from the second sheet on, since the first one begins with it. */
export function sheetStyle({ language, title, version, hash, permalink }: ExportDocument): string {
  const [page, of] = WORDS[language].page
  const small = 'font:8pt system-ui,sans-serif;color:#57606a'
  const name = [...title].length > 70 ? `${[...title].slice(0, 69).join('').trim()}…` : title
  const boxes = {
    'top-left': `content:${cssText(name)};width:60%;text-align:left`,
    'top-right': `content:${cssText(`${version} · SHA-256 ${hash.slice(0, 12)}…`)};text-align:right`,
    'bottom-left': `content:${cssText(permalink)};width:75%;text-align:left`,
    'bottom-right': `content:${cssText(page)} counter(page) ${cssText(of)} counter(pages);text-align:right`,
  }
  const written = Object.entries(boxes).map(([place, style]) => `@${place}{${style};${small}}`)
  return `@page{size:A4;margin:20mm 16mm 18mm;${written.join('')}}@page :first{@top-left{content:none}@top-right{content:none}}`
}

/** A text in CSS: whatever could end it there, or in HTML, is written by its number. @see https://www.w3.org/TR/css-syntax-3/#consume-escaped-code-point */
const cssText = (text: string): string =>
  `"${text.toWellFormed().replace(/[^\p{L}\p{N} ,.:/_-]/gu, (character) => `\\${(character.codePointAt(0) ?? 0).toString(16)} `)}"`
