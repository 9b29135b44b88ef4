import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { DomainError } from '../../common/problem/domain-error.js'
import { hostileDocuments, hostilePages } from './fixtures/hostile.js'
import { importHtml } from './import-html.js'
import { renderHtml } from './render-html.js'
import type { RichText } from './rich-text.js'
import { validateRichText } from './validate.js'

const ASSET_URL = '/api/assets/01arz3ndektsv4rrffq69g5fav/content'

const ELEMENTS = new Set(
  (
    'a aside blockquote br code del details div em figcaption figure h2 h3 h4 hr img input li mark nav ol p pre section span strong sub summary sup table tbody td ' +
    'th thead tr track u ul video ' +
    'math semantics annotation mrow mi mo mn ms mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd mstyle mpadded mphantom ' +
    'menclose svg path line'
  ).split(' '),
)
const ATTRIBUTES = new Set(
  (
    'alt aria-hidden aria-label checked class colspan controls data-app data-chart decoding default disabled height href id kind label loading preload rel role rowspan ' +
    'scope src start style tabindex target title type width ' +
    'accent accentunder align columnalign columnlines columnspacing display displaystyle d encoding fence form largeop linebreak linethickness lspace mathbackground ' +
    'mathcolor mathsize mathvariant maxsize minsize movablelimits notation preserveaspectratio rowlines rowspacing rspace scriptlevel separator side stretchy ' +
    'stroke-width symmetric viewbox voffset x1 x2 xmlns y1 y2 depth'
  ).split(' '),
)
const LINK = /^(https?:\/\/[^/\s]|mailto:[^\s]|\/(?!\/)|#)/
const STYLE = /^(width:[\d.]+%|text-align:(left|center|right))$/
const KATEX_STYLE = /^([a-z-]+:[#a-z0-9. -]+(;|$))*$/i

/** What is in the page that may not be, by the parser that works as browsers do. */
function offences(html: string): string[] {
  const $ = load(html, null, false)
  const found: string[] = []
  const nodes = $('*').toArray()
  for (const element of nodes) {
    if (!('attribs' in element)) continue
    const name = element.name.toLowerCase()
    if (!ELEMENTS.has(name)) found.push(`<${name}>`)
    const inFormula = $(element).closest('.katex, .katex-error').length > 0
    for (const [key, value] of Object.entries(element.attribs)) {
      const attribute = key.toLowerCase()
      if (!ATTRIBUTES.has(attribute)) found.push(`<${name} ${key}>`)
      if (attribute === 'href' && !LINK.test(value)) found.push(`href ${value}`)
      if (attribute === 'src' && value !== ASSET_URL) found.push(`src ${value}`)
      if (attribute === 'style' && !(inFormula ? KATEX_STYLE : STYLE).test(value)) found.push(`style ${value}`)
      if (attribute === 'id' && !value.startsWith('s-')) found.push(`id ${value}`)
      if (attribute === 'xmlns' && !/^http:\/\/www\.w3\.org\/(1998\/Math\/MathML|2000\/svg)$/.test(value)) found.push(`xmlns ${value}`)
      if (
        attribute === 'class' &&
        !inFormula &&
        !/^(rt-[a-z-]+[2-4]?( rt-callout-[a-z]+)?|language-[\w+#.-]+|katex(-display)?)$/.test(value)
      )
        found.push(`class ${value}`)
    }
  }
  // Comments and the like: what is no element is text.
  if (html.includes('<!') || html.includes('<?')) found.push('a comment')
  return found
}

const shown = (doc: RichText, charts: 'placeholder' | 'table'): string =>
  renderHtml(doc, {
    asset: () => ({ url: ASSET_URL, width: 10, height: 10, contentType: 'image/png' }),
    app: () => ({ name: '<img src=x onerror=alert(1)>', url: 'http://app.apps.example' }),
    charts,
  })

/** Null when it is refused, as it should be said. */
function accepted<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    expect(error).toBeInstanceOf(DomainError)
    expect(error).toMatchObject({ code: 'rich-text-invalid' })
    return null
  }
}

const documents = [...hostileDocuments()]
const pages = [...hostilePages()]

/** Cases by what their names begin with. */
const byCarrier = <T extends { name: string }>(cases: readonly T[]): [string, T[]][] => [
  ...Map.groupBy(cases, ({ name }) => name.split(':')[0] ?? name),
]

describe('hostile texts', () => {
  it('are many', () => {
    expect(documents.length + pages.length).toBeGreaterThan(1_000)
  })

  it('the check itself finds what is hostile', () => {
    expect(
      offences('<img src=x onerror=alert(1)><a href=" javascript:x">x</a><p style="position:fixed">x</p><h2 id=q-app>x</h2>'),
    ).toHaveLength(5)
  })

  it.each(byCarrier(documents))('in a document as %s are refused, or shown without harm', (_, cases) => {
    for (const { name, doc } of cases) {
      const checked = accepted(() => validateRichText(doc))
      if (!checked) continue
      const html = shown(checked, 'table')
      const folded = shown(checked, 'placeholder')
      expect([name, ...offences(html), ...(folded === html ? [] : offences(folded))]).toEqual([name])
    }
  })

  it.each(byCarrier(pages))('in a page as %s are imported without harm', (_, cases) => {
    for (const { name, html } of cases) {
      const imported = accepted(() => importHtml(html))
      if (!imported) continue
      expect(imported.images.every(({ contentType }) => contentType === 'image/gif')).toBe(true)
      expect(imported.dropped.every((entry) => entry.length <= 120)).toBe(true)
      expect([name, ...offences(shown(imported.doc, 'table'))]).toEqual([name])
    }
  })
})
