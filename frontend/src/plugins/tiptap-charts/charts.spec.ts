import { describe, expect, it } from 'vitest'
import { chartFindings as refusals } from '../../../test/portal-rules'
import { readColumns } from './columns'
import { decodeTypedArray, packed, readFigure, readFigureText, tableOf, unpacked } from './figure'
import { buildSpec, formFrom, formKinds, suggestForm, toCsv } from './form'
import { themed } from './theme'

const base64 = (numbers: { buffer: ArrayBufferLike }): string => btoa(String.fromCharCode(...new Uint8Array(numbers.buffer)))
const theme = { text: '#000', faint: '#000', line: '#ccc', surface: '#fff', colours: ['#4f46e5'] }

describe('pasted numbers', () => {
  it.each([
    ['a,b\n1,2\n3,4', ['a', 'b']],
    ['a;b\n1;2\n3;4', ['a', 'b']],
    ['a\tb\n1\t2', ['a', 'b']],
    ['1 2\n3 4', ['1', '2']],
    ['[{"a":1,"b":2},{"a":3,"b":4}]', ['a', 'b']],
    ['{"a":[1,3],"b":[2,4]}', ['a', 'b']],
    ['[[1,2],[3,4]]', ['1', '2']],
    ['"x, y",z\n1,2', ['x, y', 'z']],
  ])('%j has columns %j', (text, names) => {
    const columns = readColumns(text)
    expect(columns?.map(({ name }) => name)).toEqual(names)
    expect(columns?.every(({ numeric }) => numeric)).toBe(true)
  })

  it('know a gap from a number, and a name from both', () => {
    const columns = readColumns('k,v\na,1\nb,\nc,NaN')
    expect(columns?.[0]).toEqual({ name: 'k', numeric: false, values: ['a', 'b', 'c'] })
    expect(columns?.[1]?.values).toEqual([1, null, null])
    expect(readColumns('{nonsense')).toBeNull()
  })
})

describe('the form of a chart', () => {
  const columns = readColumns('epoch,loss,accuracy\n1,0.9,0.6\n2,0.6,0.7') ?? []
  it.each(formKinds)('makes a %s that the portal takes', (kind) => {
    const spec = buildSpec({ ...suggestForm(columns), kind }, columns)
    expect(spec.data.length).toBeGreaterThan(0)
    expect(refusals(spec)).toEqual([])
    expect(readFigure(spec).faults).toEqual([])
  })

  it.each(['line', 'scatter', 'area', 'bar', 'box', 'violin'] as const)('reads a %s of its own back', (kind) => {
    const form = { ...suggestForm(columns), kind, xTitle: 'epoch', yLog: true, colours: { loss: '#112233' } }
    const again = formFrom(buildSpec(form, columns))
    expect(again?.form).toMatchObject({ kind, y: ['loss', 'accuracy'], yLog: true, colours: { loss: '#112233' } })
    expect(toCsv(again?.columns ?? [])).toContain('0.9')
  })

  it('leaves a figure alone that has more in it', () => {
    expect(formFrom({ data: [{ type: 'sankey' }], layout: {} })).toBeNull()
    expect(
      formFrom({
        data: [
          { type: 'bar', y: [1] },
          { type: 'scatter', y: [1] },
        ],
        layout: {},
      }),
    ).toBeNull()
  })
})

describe('a figure of Python', () => {
  const figure = {
    data: [
      {
        type: 'scatter',
        mode: 'markers',
        hovertemplate: 'x=%{x}<br>y=%{y}<extra></extra>',
        x: { dtype: 'i1', bdata: base64(new Int8Array([1, 2, 3])) },
        y: { dtype: 'f8', bdata: base64(new Float64Array([0.5, Number.NaN, 1.5])) },
        z: { dtype: 'i2', bdata: base64(new Int16Array([1, 2, 3, 4])), shape: '2, 2' },
      },
    ],
    layout: { template: { data: { scatter: [{ type: 'scatter' }] }, layout: { mapbox: { style: 'light' } } }, title: { text: 'Loss' } },
  }

  it('is taken with its base64 numbers, without its style', () => {
    const { spec, faults } = readFigure(figure)
    expect(faults).toEqual([])
    expect(refusals(spec)).toEqual([])
    expect(spec.layout).toEqual({ title: { text: 'Loss' } })
    const drawn = unpacked(spec.data[0] ?? {})
    expect(drawn['x']).toEqual(new Int8Array([1, 2, 3]))
    expect(Array.from(drawn['y'] as Float64Array)).toEqual([0.5, Number.NaN, 1.5])
    expect(Array.from(drawn['z'] as Int16Array[], (row) => [...row])).toEqual([
      [1, 2],
      [3, 4],
    ])
    expect(tableOf(spec, 2)).toMatchObject({ columns: ['x', 'y', 'z'], total: 3 })
  })

  it('with numbers that are none is refused', () => {
    expect(decodeTypedArray({ dtype: 'f8', bdata: btoa('12345') })).toBeNull()
    expect(readFigure({ data: [{ y: { dtype: 'f8', bdata: '***' } }] }).faults).toEqual([{ path: 'data[0].y', message: 'bytes' }])
  })

  it.each([
    [{ data: [{ type: 'scattermapbox' }] }, 'type'],
    [{ data: [{ type: 'scatter', text: ['<img src=x>'] }] }, 'markup'],
    [{ data: [{ type: 'scatter', name: 'see https://x.example' }] }, 'address'],
    [{ data: [{ type: 'scatter', name: 'javascript:x' }] }, 'address'],
    [{ data: [], layout: { images: [{ opacity: 1 }] } }, 'forbidden'],
    [{ data: [], layout: { geo: {} } }, 'forbidden'],
    [{ data: [{ type: 'scatter', y: Array.from({ length: 200_001 }, () => 1) }] }, 'points'],
    [{ data: {} }, 'list'],
    [7, 'object'],
  ])('is refused as the portal would: %#', (hostile, message) => {
    expect(readFigure(hostile).faults.map((fault) => fault.message)).toContain(message)
  })

  it.each(['{', '7', '{}', '{"data":{}}'])('is not what a file has that says %j', (text) => {
    expect(readFigureText(text)).toBeNull()
  })

  it('is read from a file with what is wrong with it', () => {
    expect(readFigureText('{"data":[{"type":"bar","y":[1]}]}')).toEqual({
      spec: { data: [{ type: 'bar', y: [1] }], layout: {} },
      faults: [],
    })
    expect(readFigureText('{"data":[{"type":"scattermapbox"}]}')?.faults).toEqual([{ path: 'data[0].type', message: 'type' }])
  })
})

describe('drawing', () => {
  it('keeps long lists short, and every number of them', () => {
    const list = Array.from({ length: 2000 }, (_, index) => Math.sin(index) / 3)
    const compact = packed(list)
    expect(JSON.stringify(compact).length).toBeLessThan(JSON.stringify(list).length)
    expect(Array.from(decodeTypedArray(compact) ?? [])).toEqual(list)
    expect(packed([1, null, 3])).toEqual([1, null, 3])
  })

  it('has many points drawn on the graphics card, where there is one', () => {
    const spec = { data: [{ type: 'scatter', mode: 'markers', y: Array.from({ length: 5000 }, () => 1) }], layout: {} }
    expect(themed(spec, theme, { gl: true, touch: false })).toMatchObject({ usesGl: true, data: [{ type: 'scattergl' }] })
    expect(themed(spec, theme, { gl: false, touch: false })).toMatchObject({ usesGl: false, data: [{ type: 'scatter' }] })
  })

  it('has lines drawn as elements of the page, up to as many points as that is quick for', () => {
    const lines = (count: number) => ({
      data: [{ type: 'scattergl', mode: 'lines', y: Array.from({ length: count }, () => 1) }],
      layout: {},
    })
    expect(themed(lines(10_000), theme, { gl: true, touch: false })).toMatchObject({ usesGl: false, data: [{ type: 'scatter' }] })
    expect(themed(lines(60_000), theme, { gl: true, touch: false })).toMatchObject({ usesGl: true, data: [{ type: 'scattergl' }] })
  })

  it('has more bars than there are pixels drawn as one area, where they need not be told apart', () => {
    const y = Array.from({ length: 5000 }, (_, index) => index % 7)
    const typeOf = (...data: Record<string, unknown>[]) => themed({ data, layout: {} }, theme, { gl: true, touch: false }).data[0]?.['type']
    const bars = { type: 'bar', y, name: 'bars' }
    expect(typeOf(bars)).toBe('scatter')
    expect(typeOf({ ...bars, x: y.map((_, index) => index) })).toBe('scatter')
    expect(typeOf({ ...bars, y: y.slice(0, 100) })).toBe('bar')
    expect(typeOf({ ...bars, x: y })).toBe('bar')
    expect(typeOf({ ...bars, marker: { color: y } })).toBe('bar')
    expect(typeOf({ ...bars, orientation: 'h' })).toBe('bar')
    expect(typeOf(bars, bars)).toBe('bar')
  })
})
