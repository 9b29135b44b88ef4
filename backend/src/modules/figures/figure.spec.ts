import { describe, expect, it } from 'vitest'
import { DomainError } from '../../common/problem/domain-error.js'
import { refusedDocuments } from '../richtext/fixtures/hostile.js'
import { figureOf, isSameFigure, MAX_FIGURE_BYTES, type PushedFigure } from './figure.js'

const trace = { type: 'scatter', y: [3, 2, 1] }
const findings = (pushed: PushedFigure, name = 'loss'): string[] => {
  try {
    figureOf(name, pushed)
    return []
  } catch (error) {
    if (error instanceof DomainError && error.code === 'figure-invalid') return error.errors?.map(({ path }) => path) ?? []
    throw error
  }
}

/** What hostile texts have in their charts. */
const hostileSpecs = (): { name: string; spec: PushedFigure }[] =>
  [...refusedDocuments()].flatMap(({ name, doc }) => {
    const [node] = (doc as { content?: { type: string; attrs?: { spec: PushedFigure } }[] } | null)?.content ?? []
    return node?.type === 'chart' && node.attrs ? [{ name, spec: node.attrs.spec }] : []
  })

describe('what is pushed', () => {
  it('is drawn as it came, with a hash that does not depend on the order of its keys', () => {
    const one = figureOf('loss', { data: [trace], layout: { width: 300, height: 200 }, frames: [], config: {} })
    expect(one).toMatchObject({ spec: { data: [trace], layout: { width: 300, height: 200 } }, points: 3, title: 'loss', summary: '' })
    expect(one.bytes).toBe(JSON.stringify(one.spec).length)
    const other = figureOf('loss', { layout: { height: 200, width: 300 }, data: [{ y: [3, 2, 1], type: 'scatter' }] })
    expect(isSameFigure(one, other)).toBe(true)
    expect(isSameFigure(one, figureOf('loss', { data: [trace] }))).toBe(false)
    expect(isSameFigure(one, { ...one, summary: 'It falls.' })).toBe(false)
  })

  it.each([
    ['what was said', 'Given', { title: 'Given' }, { title: { text: 'Drawn' } }],
    ['what is drawn, without what sets it', 'Loss of run 7', {}, { title: { text: '<b>Loss</b><br>of  run 7' } }],
    ['what is no markup, too', 'H2O: 1 < x and y > 2', {}, { title: { text: 'H<sub>2</sub>O: 1 < x and y > 2' } }],
    ['what older programs draw', 'Loss', {}, { title: 'Loss' }],
    ['the name', 'loss', {}, { title: { text: ' <br> ' } }],
    ['no half of a letter', '🙂'.repeat(200), {}, { title: { text: '🙂'.repeat(201) } }],
  ])('has for a title %s', (_, title, said, layout) => {
    expect(figureOf('loss', { data: [trace], layout, ...said }).title).toBe(title)
  })

  it('is refused with the path of each mistake', () => {
    expect(findings({ data: undefined })).toEqual(['data'])
    expect(findings({ data: [trace], layout: [] })).toEqual(['layout'])
    expect(findings({ data: [{ ...trace, type: 'choropleth' }], layout: { images: [] } })).toEqual([
      'data[0].type',
      'layout.images',
      'layout.images',
    ])
    expect(findings({ data: [trace], frames: [{ data: [] }], config: { editable: true } })).toEqual(['frames', 'config'])
    for (const name of ['', 'Loss', '-x', '.x', 'a/b', 'x'.repeat(64), 'ä']) expect(findings({ data: [trace] }, name)).toEqual(['name'])
    for (const name of ['7', 'loss_v2.1-b', 'x'.repeat(63)]) expect(findings({ data: [trace] }, name)).toEqual([])
  })

  it('has at most 1 MiB', () => {
    const y = (length: number) => ({ data: [{ y: Array.from({ length }, () => 0.12345678) }] })
    expect(figureOf('loss', y(90_000)).bytes).toBeLessThan(MAX_FIGURE_BYTES)
    expect(findings(y(100_000))).toEqual(['data'])
  })

  it('is refused when a chart in a text would be', () => {
    const specs = hostileSpecs()
    expect(specs.length).toBeGreaterThan(200)
    expect(specs.filter(({ spec }) => findings(spec).length === 0).map(({ name }) => name)).toEqual([])
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})
