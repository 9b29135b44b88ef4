import { describe, expect, it } from 'vitest'
import { DomainError } from '../../common/problem/domain-error.js'
import { ASSET, EVERY_NODE } from './fixtures/every-node.js'
import { refusedDocuments } from './fixtures/hostile.js'
import { nodesOf } from './rich-text.js'
import { NODES } from './schema.js'
import { validateRichText } from './validate.js'

/** The findings on something, as `path: message`. */
function findingsOn(json: unknown, limits = {}): string[] {
  try {
    validateRichText(json, limits)
    return []
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    expect(error.code).toBe('rich-text-invalid')
    return (error.errors ?? []).map(({ path, message }) => `${path}: ${message}`)
  }
}

const doc = (...content: unknown[]): unknown => ({ type: 'doc', content })
const many = (count: number, node: unknown): unknown => ({ type: 'doc', content: Array.from({ length: count }, () => node) })

describe('validateRichText', () => {
  it('accepts every node there is, and gives back what came in', () => {
    expect(validateRichText(EVERY_NODE)).toBe(EVERY_NODE)
    expect(new Set([...nodesOf(EVERY_NODE)].map(({ type }) => type))).toEqual(new Set(Object.keys(NODES)))
  })

  it('accepts an empty text, and what the editor writes without attributes', () => {
    expect(findingsOn(doc())).toEqual([])
    expect(findingsOn(doc({ type: 'paragraph' }, { type: 'codeBlock', attrs: {} }, { type: 'paragraph', attrs: {}, content: [] }))).toEqual(
      [],
    )
  })

  it('says where and what to do', () => {
    expect(findingsOn(doc({ type: 'paragraph' }, { type: 'heading', attrs: { level: 1 } }))).toEqual([
      'content[1].attrs.level: must be one of: 2, 3, 4',
    ])
    const link = { type: 'text', text: 'x', marks: [{ type: 'bold' }, { type: 'link', attrs: { href: 'javascript:x' } }] }
    expect(findingsOn(doc({ type: 'paragraph', content: [link] }))[0]).toMatch(
      /^content\[0\]\.content\[0\]\.marks\[1\]\.attrs\.href: must begin with https/,
    )
    expect(findingsOn(doc({ type: 'bulletList', content: [{ type: 'listItem', content: [{ type: 'horizontalRule' }] }] }))).toEqual([
      'content[0].content[0].content[0].type: must be "paragraph": put one before it',
    ])
    expect(findingsOn(doc({ type: 'paragraph', attrs: { onclick: 'x' } }))).toEqual([
      'content[0].attrs.onclick: is unknown here: remove it',
    ])
    expect(findingsOn(doc({ type: 'image', attrs: { alt: '' } }))).toEqual(['content[0].attrs.asset: is missing: add it'])
    expect(findingsOn('<p>')).toEqual([': must be an object'])
  })

  it('names at most 20 findings', () => {
    expect(findingsOn(many(100, { type: 'script' }))).toHaveLength(20)
  })

  it('takes a picture that is not stored yet only when told so', () => {
    const pending = doc({ type: 'image', attrs: { asset: '#0', alt: '' } })
    expect(findingsOn(pending)).toHaveLength(1)
    expect(findingsOn(pending, { pendingAssets: true })).toEqual([])
  })

  it('holds to its limits at the limit', () => {
    const quote = (levels: number): unknown => (levels === 0 ? { type: 'paragraph' } : { type: 'blockquote', content: [quote(levels - 1)] })
    expect(findingsOn(doc(quote(19)))).toEqual([])
    expect(findingsOn(doc(quote(20)))[0]).toMatch(/nested more than 20 levels/)
    expect(findingsOn(many(20_000, { type: 'horizontalRule' }))).toEqual([])
    expect(findingsOn(doc({ type: 'paragraph', content: [{ type: 'text', text: 'x'.repeat(500_000) }] }))).toEqual([])
    const half = { type: 'paragraph', content: [{ type: 'text', text: 'x'.repeat(250_001) }] }
    expect(findingsOn(doc(half, half))[0]).toMatch(/beyond the 500000 characters/)
    const wide = doc({ type: 'paragraph', content: [{ type: 'text', text: '漢'.repeat(400_000) }] })
    expect(findingsOn(wide)).toEqual([])
    expect(findingsOn(wide, { bytes: 1_000_000 })[0]).toMatch(/^content: has 1200\d\d\d bytes/)
  })

  it('accepts what plotly.py writes', () => {
    const data = [
      {
        type: 'scatter',
        mode: 'lines',
        x: { dtype: 'i1', bdata: 'AQID' },
        y: [1, null, 3],
        hovertemplate: 'x=%{x}<br>y=%{y}<extra></extra>',
      },
    ]
    const template = { data: { bar: [{ type: 'bar' }], scattergeo: [{ type: 'scattergeo' }] }, layout: { mapbox: { style: 'light' } } }
    const layout = {
      template,
      xaxis: { title: { text: 'time / s' } },
      yaxis2: { overlaying: 'y' },
      title: { text: 'Training data: p < 0.05' },
    }
    const chart = { id: 'c', spec: { data, layout }, source: { kind: 'inline' } }
    expect(findingsOn(doc({ type: 'chart', attrs: chart }))).toEqual([])
  })

  it('takes a chart of a figure that says which, as it was when; and nothing else', () => {
    const good = { kind: 'figure', figure: ASSET, hash: 'a'.repeat(64), takenAt: '2026-03-01T12:00:00.000Z' }
    const of = (source: unknown) => findingsOn(doc({ type: 'chart', attrs: { id: 'c', spec: { data: [], layout: {} }, source } }))
    const at = 'content[0].attrs.source'
    expect(of(good)).toEqual([])
    expect(of({ ...good, asset: ASSET })).toEqual([`${at}.asset: is unknown here: remove it`])
    expect(of({ kind: 'inline', figure: ASSET })).toEqual([`${at}.figure: is unknown here: remove it`])
    expect(of({ kind: 'figure' }).map((finding) => finding.split(':')[0])).toEqual([`${at}.figure`, `${at}.hash`, `${at}.takenAt`])
    for (const figure of ['', 'https://example.org', '#0', 7]) expect(of({ ...good, figure })).toHaveLength(1)
    for (const hash of ['', 'A'.repeat(64), 'a'.repeat(63), null]) expect(of({ ...good, hash })).toHaveLength(1)
    for (const takenAt of ['', '2026-03-01', '2026-13-01T12:00:00Z', '+012026-03-01T12:00:00Z', 1])
      expect(of({ ...good, takenAt })).toHaveLength(1)
  })

  it('takes formulas, but none that defines commands', () => {
    const of = (latex: string): string[] => findingsOn(doc({ type: 'blockMath', attrs: { latex } }))
    for (const latex of ['', '\\left( x \\right)', 'a \\\\def', '\\longrightarrow \\leq \\definedas \\globe', '\\text{a@b.org}'])
      expect(of(latex)).toEqual([])
    for (const latex of ['\\def\\a{x}', '\\newcommand{\\a}{x}', '\\\\\\let\\a=x', '\\df@tag', '\\global\\x'])
      expect(of(latex)).toEqual([expect.stringMatching(/^content\[0\]\.attrs\.latex: must not define commands/)])
  })

  it('refuses everything that is hostile beyond text', () => {
    const accepted = [...refusedDocuments()].filter(({ doc: json }) => findingsOn(json).length === 0)
    expect(accepted.map(({ name }) => name)).toEqual([])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})
