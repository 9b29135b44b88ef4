import { describe, expect, it } from 'vitest'
import { type Entry, grouped, marked, matches } from './entries'

const entry = (key: string, group: Entry['group']): Entry => ({ key, group, icon: '', title: key, text: '', to: '/' })

describe('quick search', () => {
  it('puts entries under their groups in the order in which they come', () => {
    const groups = grouped([entry('a', 'project'), entry('b', 'action'), entry('c', 'project')])
    expect(groups.map(({ group, entries }) => [group, entries.map(({ key }) => key).join('')])).toEqual([
      ['project', 'ac'],
      ['action', 'b'],
    ])
  })

  it.each([
    ['New project', 'pro', true],
    ['New project', 'ject', false],
    ['Réglages', 'regl', true],
    ['API tokens', 'tok api', true],
  ])('%s matches %s: %s', (text, q, expected) => {
    expect(matches(text, q)).toBe(expected)
  })

  it('marks what was asked for, whatever characters that has', () => {
    expect(marked('C++ for Iris', 'iris c++')).toEqual([
      { text: 'C++', found: true },
      { text: ' for ', found: false },
      { text: 'Iris', found: true },
    ])
    expect(marked('Iris', ' ')).toEqual([{ text: 'Iris', found: false }])
  })
})
