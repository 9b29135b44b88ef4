import { describe, expect, it } from 'vitest'
import { chartTable } from './chart-table.js'

const table = (...data: Record<string, unknown>[]): unknown => chartTable({ data, layout: {} }, 20)
const bytes = (numbers: Float64Array): string => Buffer.from(numbers.buffer).toString('base64')

describe('chartTable', () => {
  it.each<[string, Record<string, unknown>[], string[], string[][]]>([
    [
      'traces that are named',
      [{ name: 'a', x: ['p'], y: [1] }, { y: [2] }],
      ['series', 'x', 'y'],
      [
        ['a', 'p', '1'],
        ['2', '', '2'],
      ],
    ],
    ['a gap', [{ y: [1, null, 1 / 3] }], ['y'], [['1'], [''], ['0.333333']]],
    [
      'a pie',
      [{ type: 'pie', labels: ['<b>a</b>', 'b'], values: [1, 2] }],
      ['labels', 'values'],
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'a heatmap',
      [
        {
          type: 'heatmap',
          x: ['p', 'q'],
          z: [
            [1, 2],
            [3, 4],
          ],
        },
      ],
      ['x', 'y', 'z'],
      [
        ['p', '0', '1'],
        ['q', '0', '2'],
        ['p', '1', '3'],
        ['q', '1', '4'],
      ],
    ],
    [
      'a table',
      [{ type: 'table', header: { values: ['n', 'm'] }, cells: { values: [[1, 2], [3]] } }],
      ['n', 'm'],
      [
        ['1', '3'],
        ['2', ''],
      ],
    ],
    [
      'parallel coordinates',
      [{ type: 'parcoords', dimensions: [{ label: 'lr', values: [1] }, { values: [2] }] }],
      ['lr', '2'],
      [['1', '2']],
    ],
    [
      'a sankey',
      [{ type: 'sankey', node: { label: ['a', 'b'] }, link: { source: [0], target: [1], value: [5] } }],
      ['source', 'target', 'value'],
      [['a', 'b', '5']],
    ],
    ['an indicator', [{ type: 'indicator', value: 7 }], ['value'], [['7']]],
    ['bytes', [{ y: { dtype: 'f8', bdata: bytes(new Float64Array([1.5, -2])) } }], ['y'], [['1.5'], ['-2']]],
    [
      'bytes of two dimensions',
      [{ type: 'heatmap', z: { dtype: 'u1', bdata: 'AQIDBA==', shape: '2, 2' } }],
      ['x', 'y', 'z'],
      [
        ['0', '0', '1'],
        ['1', '0', '2'],
        ['0', '1', '3'],
        ['1', '1', '4'],
      ],
    ],
    ['nothing', [{ type: 'scatter' }], [], []],
  ])('reads %s', (_, data, columns, rows) => {
    expect(table(...data)).toEqual({ columns, rows, more: false })
  })
})
