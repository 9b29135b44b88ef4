import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const folder = join(import.meta.dirname, 'specs')

/** Journeys that start a portal of their own and never look at that of the runner. */
const own = readdirSync(folder)
  .filter((name) => name.endsWith('.spec.ts'))
  .filter((name) => {
    const text = readFileSync(join(folder, name), 'utf8')
    return text.includes('ownEnvironment(') || (text.includes("'../fixtures/portal.ts'") && !text.includes('env.url'))
  })
  .map((name) => `specs/${name}`)

const project = (name: string, files: { include: string[]; exclude?: string[] }) => ({
  test: {
    name,
    ...files,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // On one portal journeys run one after the other: what one does the others would see.
    fileParallelism: false,
    // What a page draws when it rests takes its time on a busy machine; the default is a second.
    expect: { poll: { timeout: 30_000 } },
    bail: 0,
  },
})

export default defineConfig({
  test: {
    projects: [
      // The runner takes both at the same time.
      project('e2e', { include: ['specs/**/*.spec.ts'], exclude: own }),
      project('e2e-own', { include: own }),
    ],
  },
})
