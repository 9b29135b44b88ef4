import { describe, expect, it } from 'vitest'
import type { ChartSource, RichNode, RichText } from '../richtext/rich-text.js'
import { diffVersions } from './version-diff.js'
import { assetsOf, chartsOf, movedSince, sameContent, type VersionContent } from './version.js'

const AT = new Date('2026-03-01T12:00:00Z')
const TAKEN = '2026-02-01T12:00:00.000Z'
const LATER = new Date('2026-04-01T12:00:00Z')
const doc = (...content: RichNode[]): RichText => ({ type: 'doc', content })
const line = (text: string): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const chart = (id: string, y: number[], source: ChartSource = { kind: 'inline' }): RichNode => ({
  type: 'chart',
  attrs: { id, title: 'Accuracy', summary: '', height: 300, spec: { data: [{ type: 'scatter', y }], layout: {} }, source },
})
const figure = (id: string, hash: string): ChartSource => ({ kind: 'figure', figure: id, hash, takenAt: TAKEN })
const content = (only: Partial<VersionContent> & { description?: RichText } = {}): VersionContent => {
  const { description = null, ...rest } = only
  return {
    ...{ title: 'Iris', summary: '', task: '', tags: [], frameworks: [], licence: '', contacts: [], links: [], cover: null },
    ...{ card: { description, explanation: null, usage: null, limitations: null, performance: null }, reports: [], datasets: [], apps: [] },
    ...rest,
  }
}

describe('what a version freezes', () => {
  it('names every file once, wherever it is shown', () => {
    const description = doc({ type: 'image', attrs: { asset: 'cover', alt: '' } }, chart('c', [1], figure('f', 'one')))
    const report = { id: 'r', title: 'R', content: doc({ type: 'video', attrs: { asset: 'film', captions: 'words', title: '' } }) }
    expect(assetsOf(content({ cover: 'cover', description, reports: [report] }))).toEqual(['cover', 'film', 'words'])
  })

  it('is the same whatever order its keys came in, and another once a chart draws something else', () => {
    const one = content({ description: doc(chart('a', [1])) })
    const other = JSON.parse(JSON.stringify(one)) as VersionContent
    expect(sameContent(one, Object.fromEntries(Object.entries(other).reverse()) as unknown as VersionContent)).toBe(true)
    expect(sameContent(one, content({ description: doc(chart('a', [2])) }))).toBe(false)
  })
})

describe('what has moved since', () => {
  const reports = [{ id: 'r', title: 'R', content: doc(chart('a', [1]), chart('b', [2], figure('f', 'one'))) }]
  const datasets = [{ id: 'd', name: 'iris', files: 1, sizeBytes: 1, checksum: 'one' }]
  const version = { charts: chartsOf(content({ reports }), AT), datasets }
  const moved = (only: Partial<VersionContent>, figures = new Map([['f', 'one']])) =>
    movedSince(version, { draft: content({ reports, datasets, ...only }), figures, at: LATER })

  it('is nothing while each chart draws the same, also when its title is another', () => {
    const titled = JSON.parse(JSON.stringify(reports).replaceAll('Accuracy', 'Loss')) as typeof reports
    expect(moved({})).toEqual({ charts: [], datasets: [] })
    expect(moved({ reports: titled })).toEqual({ charts: [], datasets: [] })
  })

  it('is a chart of a figure that is another or gone by now, whatever became of the chart', () => {
    const ofFigure = [{ place: 'r', id: 'b' }]
    expect(version.charts.map(({ snapshot }) => snapshot)).toEqual([AT.toISOString(), TAKEN])
    expect(moved({}, new Map([['f', 'two']])).charts).toEqual(ofFigure)
    expect(moved({}, new Map()).charts).toEqual(ofFigure)
    const renewed = doc(chart('a', [1]), chart('b', [3], figure('f', 'two')))
    const now = [{ id: 'r', title: 'R', content: renewed }]
    expect(moved({ reports: now }, new Map([['f', 'two']])).charts).toEqual(ofFigure)
    // Put back to what it was: the draft is behind, the version is not.
    expect(moved({ reports: now }).charts).toEqual([])
  })

  it('is a chart with other numbers or that is gone; a data set with other files, or that is gone', () => {
    const [report] = reports
    const changed = doc(chart('a', [9]))
    const own = [{ place: 'r', id: 'a' }]
    expect(moved({ reports: [{ id: 'r', title: report?.title ?? '', content: changed }] }).charts).toEqual(own)
    expect(moved({ reports: [] }).charts).toEqual(own)
    expect(moved({ datasets: [{ id: 'd', name: 'iris', files: 1, sizeBytes: 1, checksum: 'two' }] }).datasets).toEqual(['d'])
    expect(moved({ datasets: [] }).datasets).toEqual(['d'])
  })
})

describe('what a version changed', () => {
  it('is told field by field and text by text; reports that are gone come last', async () => {
    const before = content({
      ...{ title: 'Iris', tags: ['a'], description: doc(line('One.')) },
      reports: [
        { id: 'gone', title: 'Gone', content: doc(line('x')) },
        { id: 'same', title: 'Same', content: doc(line('y')) },
      ],
    })
    const after = content({
      ...{ title: 'Irises', tags: ['a', 'b'], links: [{ title: 'Paper', url: 'https://example.org' }] },
      reports: [
        { id: 'same', title: 'Same', content: doc(line('y')) },
        { id: 'new', title: 'New', content: doc(line('z')) },
      ],
    })
    expect(await diffVersions(before, after)).toEqual({
      fields: [
        { field: 'title', before: 'Iris', after: 'Irises' },
        { field: 'tags', before: 'a', after: 'a\nb' },
        { field: 'links', before: null, after: 'Paper: https://example.org' },
      ],
      sections: [{ section: 'description', blocks: [{ kind: 'removed', before: 'One.', after: null }] }],
      reports: [
        { id: 'same', title: 'Same', state: 'same', blocks: [] },
        { id: 'new', title: 'New', state: 'added', blocks: [{ kind: 'added', before: null, after: 'z' }] },
        { id: 'gone', title: 'Gone', state: 'removed', blocks: [{ kind: 'removed', before: 'x', after: null }] },
      ],
    })
  })
})
