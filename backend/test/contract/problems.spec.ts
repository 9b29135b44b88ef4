import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { CATALOGUE } from '../../src/common/problem/catalogue.js'
import { fill } from '../../src/common/problem/domain-error.js'

const source = join(import.meta.dirname, '../../src')
const code = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts') && !file.endsWith('catalogue.ts'))
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n')

describe.each(Object.entries(CATALOGUE))('problem %s', (name, entry) => {
  it('is raised somewhere', () => {
    expect(code.includes(`'${name}'`), `nothing raises ${name}`).toBe(true)
  })

  it('says in its detail what to do, with a status of an error', () => {
    expect(entry.status).toBeGreaterThanOrEqual(400)
    expect(entry.detail).toMatch(/\.$/)
    expect(entry.detail.length).toBeGreaterThan(20)
    expect(fill(entry.detail, {})).toBe(entry.detail)
  })
})
