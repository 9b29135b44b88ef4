import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hashContext, isIgnored, parseIgnore, readContext, stageContext } from './context.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'image-context-'))
  writeFileSync(join(folder, 'Containerfile'), 'ARG BASE=debian\nFROM ${BASE}\nCOPY . .\n')
  writeFileSync(join(folder, 'app.py'), 'print(1)\n')
  mkdirSync(join(folder, 'sub'))
  writeFileSync(join(folder, 'sub/data'), '1')
  writeFileSync(join(folder, '.containerignore'), '# not these\nREADME.md\n/sub/*.log\n')
})
afterEach(() => rmSync(folder, { recursive: true }))

const hash = (...inputs: string[]) => hashContext(readContext(folder), inputs)

describe('a build context', () => {
  it('is what the ignore file leaves', () => {
    writeFileSync(join(folder, 'README.md'), 'x')
    writeFileSync(join(folder, 'sub/a.log'), 'x')
    const context = readContext(folder)
    expect(context.files).toEqual(['.containerignore', 'Containerfile', 'app.py', 'sub/data'])
    expect(context).toMatchObject({ buildFile: 'Containerfile', needsBase: true, isGo: false })
  })

  it('has the same hash whatever its times and ignored files', () => {
    const before = hash('1')
    utimesSync(join(folder, 'app.py'), 1, 1)
    writeFileSync(join(folder, 'README.md'), 'changed')
    expect(hash('1')).toBe(before)
  })

  it('has another hash when a content, a name, an execute bit or an input changes', () => {
    const seen = [hash('1'), hash('2')]
    writeFileSync(join(folder, 'app.py'), 'print(2)\n')
    seen.push(hash('1'))
    chmodSync(join(folder, 'app.py'), 0o755)
    seen.push(hash('1'))
    writeFileSync(join(folder, 'empty'), '')
    seen.push(hash('1'))
    expect(new Set(seen).size).toBe(5)
  })

  it('is staged as it was listed', () => {
    const target = join(folder, '../', `${folder.split('/').at(-1)}-staged`)
    try {
      stageContext(readContext(folder), target)
      expect(readFileSync(join(target, 'sub/data'), 'utf8')).toBe('1')
    } finally {
      rmSync(target, { recursive: true })
    }
  })

  it('needs a build file', () => {
    rmSync(join(folder, 'Containerfile'))
    expect(() => readContext(folder)).toThrow(/No Containerfile/)
  })

  it('reads ignore patterns with and without slashes at their ends', () => {
    expect(parseIgnore('\n# x\n/build/\n*.md\n')).toEqual(['build', '*.md'])
    expect(isIgnored('build', ['build'])).toBe(true)
    expect(isIgnored('a/b.md', ['*.md'])).toBe(false)
  })
})
