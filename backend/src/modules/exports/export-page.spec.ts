import { describe, expect, it } from 'vitest'
import type { RichNode } from '../richtext/rich-text.js'
import { chartDrawing } from './chart-drawing.js'
import { fileNameOf, type ExportDocument } from './export-document.js'
import { EXPORT_LANGUAGES, languageOf } from './export-language.js'
import { exportPage } from './export-page.js'
import { WORDS } from './export-words.js'
import { sheetStyle } from './page-style.js'
import { Turns } from './turns.js'

const spec = (trace: Record<string, unknown>, layout: Record<string, unknown> = {}) => ({ data: [{ type: 'scatter', ...trace }], layout })

describe('a drawing of a chart', () => {
  it.each([
    ['numbers', spec({ x: [1, 2, 3], y: [3, 1, 2] })],
    ['dates', spec({ x: ['2026-01-01', '2026-02-01'], y: [3, 1] })],
    ['names', spec({ type: 'bar', x: ['a', 'b', 'a & <c>'], y: [3, -1, 2] })],
    ['numbers in base64', spec({ y: { dtype: 'u1', bdata: 'AQID' } })],
    ['one value', spec({ y: [5] })],
    ['gaps', spec({ y: [1, null, 3, 4], mode: 'lines' })],
  ])('is made of %s, with nothing in it but numbers and words', (_, chart) => {
    const svg = chartDrawing(chart)
    expect(svg).toMatch(/^<svg /)
    expect(svg).not.toMatch(/NaN|Infinity|undefined|<c>/)
  })

  it.each([
    ['a pie', spec({ type: 'pie', values: [1] })],
    ['a logarithmic axis', spec({ y: [1, 2] }, { yaxis: { type: 'log' } })],
    ['lying bars', spec({ type: 'bar', orientation: 'h', x: [1], y: ['a'] })],
    ['stacked bars', spec({ type: 'bar', x: ['a'], y: [1] }, { barmode: 'stack' })],
    ['names along the vertical axis', spec({ x: [1], y: ['a'] })],
    ['nothing', { data: [], layout: {} }],
  ])('is not made of %s', (_, chart) => expect(chartDrawing(chart)).toBe(''))

  it('breaks a line where a value is missing', () => {
    const path = /<path d="([^"]+)"/.exec(chartDrawing(spec({ y: [1, null, 3, 4], mode: 'lines' })))?.[1] ?? ''
    expect(path.match(/M/g)).toHaveLength(2)
    expect(path.match(/L/g)).toHaveLength(1)
  })
})

const text = (...content: RichNode[]): ExportDocument => ({
  ...{
    projectId: 'p',
    language: 'en',
    title: 'T',
    summary: '',
    authors: ['A "B" <c>'],
    licence: 'MIT',
    version: 'Version 1',
    at: '2026-01-02T00:00:00Z',
  },
  ...{ hash: 'h', permalink: 'https://portal.example/p/x', warning: '', facts: [], cover: null, tables: [] },
  links: [{ title: 'bad', url: 'javascript:alert(1)' }],
  parts: [{ key: null, title: null, text: { type: 'doc', content }, isChapter: false }],
})
const nothing = { pictures: new Map(), leftOut: new Set<string>(), apps: new Map(), formulaStyle: '' }

describe('an exported page', () => {
  it('links nothing that may not be linked, and leaves no markup in what it says', () => {
    const html = exportPage(text(), nothing, 'https://portal.example')
    expect(html).not.toContain('javascript:')
    expect(html).toContain('content="A &quot;B&quot; &lt;c&gt;"')
  })
})

describe('the language of an export', () => {
  it.each([
    [undefined, 'en'],
    ['', 'en'],
    ['fr, es;q=0.5', 'en'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en;q=0.5, de-CH;q=0.7', 'de'],
    ['en, de', 'en'],
    ['de;q=0, en;q=0.1', 'en'],
    ['*', 'en'],
    ['de;q=nonsense', 'en'],
  ])('of %j is %s', (header, language) => expect(languageOf(header)).toBe(language))

  /** All texts with what leads to them. */
  const textsOf = (value: unknown, path = ''): [string, string][] =>
    typeof value === 'function'
      ? [[path, String((value as (number: number) => string)(3))]]
      : typeof value === 'object' && value !== null
        ? Object.entries(value).flatMap(([key, each]) => textsOf(each, `${path}.${key}`))
        : [[path, String(value)]]

  it('lacks nothing, and is not English by mistake', () => {
    const english = textsOf(WORDS.en)
    const same = [
      ...['.version', '.labels.version', '.labels.frameworks', '.labels.links', '.datasets.columns.0', '.datasets.columns.3'],
      ...['.apps.title', '.apps.columns.0', '.apps.columns.1', '.apps.columns.2', '.video'],
    ]
    for (const language of EXPORT_LANGUAGES) {
      const texts = textsOf(WORDS[language])
      expect(texts.map(([path]) => path)).toEqual(english.map(([path]) => path))
      expect(texts.filter(([, text]) => text.trim() === '')).toEqual([])
      if (language === 'en') continue
      expect(texts.filter(([, text], index) => text === english[index]?.[1]).map(([path]) => path)).toEqual(same)
    }
  })

  it('is that of the whole page', () => {
    const html = exportPage(
      { ...text({ type: 'video', attrs: { asset: 'v', title: 'Fahrt' } }), language: 'de' },
      nothing,
      'https://portal.example',
    )
    expect(html).toContain('<html lang="de">')
    expect(html).toMatch(/Lizenz.*MIT/)
    expect(html).toContain('Video: Fahrt (<a')
    expect(html).toContain('online ansehen')
    expect(html).toContain('content:"Seite " counter(page) " von " counter(pages)')
  })
})

it('says on each sheet what it is of, whatever its title has in it', () => {
  const style = sheetStyle({ ...text(), title: '"}</style><script>alert(1)</script>\\a \n@import url(x);\ud800' })
  expect(style).not.toMatch(/[<>\n\ud800]|@import|url\(/)
  expect(style.replace(/"[^"\\]*(?:\\[0-9a-f]{1,6} [^"\\]*)*"/g, '""').match(/[{}]/g)).toHaveLength(16)
})

describe('the name of the file', () => {
  it.each([
    ['../../etc/passwd', 'etc passwd, version 1.pdf'],
    ['...', 'export, version 1.pdf'],
    ['a\u202e\r\nb:c', 'a b c, version 1.pdf'],
    ['😀'.repeat(100), `${'😀'.repeat(80)}, version 1.pdf`],
  ])('of %j is %j', (title, name) => expect(fileNameOf({ title, version: 'Version 1' }, 'pdf')).toBe(name))
})

describe('turns', () => {
  it('run so many at once, let so many wait, and hand a turn on when one leaves', async () => {
    const turns = new Turns(1, 2)
    const stay = new AbortController().signal
    const gate = Promise.withResolvers<undefined>()
    const leaving = new AbortController()
    const order: string[] = []
    const work = (name: string, wait?: Promise<undefined>) => async () => {
      await wait
      order.push(name)
    }
    const first = turns.run(stay, work('first', gate.promise))
    const second = turns.run(leaving.signal, work('second'))
    const third = turns.run(stay, work('third'))
    await expect(turns.run(stay, work('fourth'))).rejects.toMatchObject({ code: 'export-busy' })
    leaving.abort(new Error('gone'))
    await expect(second).rejects.toThrow('gone')
    gate.resolve(undefined)
    await Promise.all([first, third])
    await turns.run(stay, work('fifth'))
    expect(order).toEqual(['first', 'third', 'fifth'])
  })
})
