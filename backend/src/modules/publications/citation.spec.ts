import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { citationOf, type Work } from './citation.js'

const WORK: Work = {
  title: 'Iris classifier',
  summary: 'Tells irises apart.',
  slug: 'iris-classifier',
  tags: ['flowers', 'tabular'],
  licence: 'MIT',
  contacts: [
    { name: 'Ada Lovelace', email: 'ada@example.org', url: 'https://example.org/ada' },
    { name: 'Babbage, Charles', email: '', url: '' },
  ],
  owner: 'Somebody Else',
  at: new Date('2026-03-01T12:00:00Z'),
  version: 3,
  url: 'https://vitrine.example/p/iris-classifier/v/3',
}
const cite = (but: Partial<Work> = {}) => citationOf({ ...WORK, ...but })

/** The fields of an entry as BibTeX reads them: it counts braces, whatever stands before them. */
function bibFields(entry: string): Record<string, string> {
  const fields: Record<string, string> = {}
  let rest = /^@misc\{[a-z0-9-]+,\n([\s\S]*)\}\n$/.exec(entry)?.[1] ?? 'is no entry'
  while (rest !== '') {
    const [whole = '', name = '', bare] = /^ {2}([a-z]+) = (?:([a-z]{3}),\n|\{)/.exec(rest) ?? []
    if (whole === '') throw new Error(`not a field: ${rest}`)
    rest = rest.slice(whole.length)
    if (bare !== undefined) {
      fields[name] = bare
      continue
    }
    let end = 0
    for (let depth = 1; depth > 0; end++) {
      if (end >= rest.length) throw new Error(`${name} has no end`)
      depth += rest[end] === '{' ? 1 : rest[end] === '}' ? -1 : 0
    }
    fields[name] = rest.slice(0, end - 1)
    if (!rest.startsWith(',\n', end)) throw new Error(`${name} ends too early: ${rest}`)
    rest = rest.slice(end + 2)
  }
  return fields
}

describe('a citation', () => {
  it('names who made it, what, when, which version, and where', () => {
    const { cff, ...rest } = cite()
    expect(rest).toEqual({
      bibtex:
        '@misc{lovelace2026iris-classifier,\n  author = {{Lovelace}, Ada and {Babbage}, Charles},\n  title = {{Iris classifier}},\n  year = {2026},\n  month = mar,\n' +
        '  version = {3},\n  publisher = {Vitrine},\n  url = {https://vitrine.example/p/iris-classifier/v/3},\n  note = {Licence: MIT},\n}\n',
      text: 'Lovelace, A., & Babbage, C. (2026). Iris classifier (Version 3). Vitrine. https://vitrine.example/p/iris-classifier/v/3',
    })
    expect(parse(cff)).toEqual({
      'cff-version': '1.2.0',
      message: 'If you use this work, please cite it as below.',
      type: 'software',
      title: 'Iris classifier',
      abstract: 'Tells irises apart.',
      authors: [
        { 'family-names': 'Lovelace', 'given-names': 'Ada', email: 'ada@example.org', website: 'https://example.org/ada' },
        { 'family-names': 'Babbage', 'given-names': 'Charles' },
      ],
      version: '3',
      'date-released': '2026-03-01',
      url: WORK.url,
      license: 'MIT',
      keywords: ['flowers', 'tabular'],
    })
  })

  it('names the owner where the project names nobody, and a group as a whole', () => {
    expect(cite({ contacts: [] }).text).toMatch(/^Else, S\. \(2026\)/)
    const group = { name: 'Centre for Flowers, Leaves and Roots', email: 'none', url: 'javascript:x' }
    expect(bibFields(cite({ contacts: [group] }).bibtex)['author']).toBe('{Centre for Flowers, Leaves and Roots}')
    expect(parse(cite({ contacts: [group] }).cff)).toMatchObject({ authors: [{ name: group.name }] })
    expect(cite({ contacts: [], owner: '' }).text).toMatch(/^Vitrine\. \(2026\)/)
  })

  it.each([
    'an end } too early',
    'a begin { without end',
    'a back\\slash at the end \\',
    '\\} and \\{',
    'two\nlines: one\r\n- two',
    'key: value # comment',
    '"quoted", \'twice\', `more`',
    '50% of $100 & ~ ^ _ more #1',
    '}, url = {http://evil.example',
    '- a list: [x, {y: z}]',
    '!!js/function "x"',
    '---\n...\n%YAML 1.1',
    '*alias &anchor |',
    '@misc{x,',
    '\u2028\u0085 é 日本 😀',
    'null',
    '1.0',
  ])('is sound with a hostile title: %j', (title) => {
    const line = title.replace(/[\s\p{Cc}]+/gu, ' ').trim()
    const { bibtex, cff, text } = cite({
      title,
      summary: title,
      tags: [title],
      licence: title,
      contacts: [{ name: title, email: '', url: '' }],
    })
    expect(Object.keys(bibFields(bibtex))).toEqual(['author', 'title', 'year', 'month', 'version', 'publisher', 'url', 'note'])
    expect(bibFields(bibtex)['url']).toBe(WORK.url)
    const read = parse(cff) as Record<string, unknown>
    expect([read['title'], read['abstract'], read['keywords'], read['url']]).toEqual([line, title.trim(), [line], WORK.url])
    expect(read).not.toHaveProperty('license')
    expect(text.split('\n')).toHaveLength(1)
    expect(text).toContain(WORK.url)
  })

  it('leaves nothing in BibTeX that LaTeX would act on', () => {
    expect(bibFields(cite({ title: '\\input{x} 5% & #1 a_b ~ ^ $x$ "' }).bibtex)['title']).toBe(
      '{\\textbackslash{}input\\textbraceleft{}x\\textbraceright{} 5\\% \\& \\#1 a\\_b \\textasciitilde{} \\textasciicircum{} \\$x\\$ \\textquotedbl{}}',
    )
  })
})
