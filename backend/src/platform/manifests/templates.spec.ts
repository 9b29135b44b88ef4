import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { loadTemplates } from './templates.js'

const dir = mkdtempSync(join(tmpdir(), 'vitrine-templates-'))
afterAll(() => rmSync(dir, { recursive: true }))

function templateOf(source: string) {
  mkdirSync(join(dir, 'knative'), { recursive: true })
  writeFileSync(join(dir, 'knative', 'one.yaml.eta'), source)
  return loadTemplates(dir, ['knative'])
}

describe('templates', () => {
  it('keep their line breaks, and write values as scalars', () => {
    expect(templateOf('a: <%= it.a %>\n\nb: <%= it.b %>\n').render('one', { a: 'x & "y"', b: 1 })).toBe('a: "x & \\"y\\""\n\nb: 1\n')
  })

  it('throw on a missing value, and say where', () => {
    expect(() => templateOf('a: <%= it.a %>\n').render('one', {})).toThrow(/one\.yaml\.eta.*undefined/)
  })

  it('treat what a value says of options and templates as text', () => {
    const hostile = { a: '<%= process.env.HOME %>', settings: { 'view options': { outputFunctionName: 'x' } }, autoEscape: false }
    expect(templateOf('a: <%= it.a %>\n').render('one', hostile)).toBe('a: "<%= process.env.HOME %>"\n')
  })

  it.each(['a: <%~ it.a %>', 'a: <%-~ it.a %>', 'a: <% ~ it.a %>'])('are refused when they write raw: %s', (source) => {
    expect(() => templateOf(source)).toThrow(/raw/)
  })

  it('are refused when they are broken', () => expect(() => templateOf('<% if ( { %>')).toThrow())
  it('of a folder go before those of the folders that follow', () => {
    mkdirSync(join(dir, 'common'), { recursive: true })
    writeFileSync(join(dir, 'common', 'one.yaml.eta'), 'a: 1\n')
    writeFileSync(join(dir, 'common', 'other.yaml.eta'), 'a: 2\n')
    templateOf('a: 3\n')
    const templates = loadTemplates(dir, ['knative', 'common'])
    expect([templates.render('one', {}), templates.render('other', {})]).toEqual(['a: 3\n', 'a: 2\n'])
  })

  it('must exist', () => {
    expect(() => templateOf('a: 1').render('two', {})).toThrow(/no template/)
    expect(() => loadTemplates(join(dir, 'nowhere'), ['knative'])).toThrow()
  })
})
