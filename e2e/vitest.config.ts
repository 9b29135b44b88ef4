import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { defineConfig } from 'vitest/config'

const folder = join(import.meta.dirname, 'specs')

/** Journeys that never look at the portal of the run: each starts one of its own. */
const own = readdirSync(folder)
  .filter((name) => name.endsWith('.spec.ts') && !readFileSync(join(folder, name), 'utf8').includes('environment()'))
  .map((name) => `specs/${name}`)

const project = (name: string, files: { include: string[]; exclude?: string[] }) => ({
  test: {
    name,
    ...files,
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // On one portal journeys run one after the other: what one does the others would see.
    fileParallelism: false,
    // Each starts a browser of its own; what they import is read once.
    isolate: false,
    // What a page draws when it rests takes its time on a busy machine; the default is a second.
    expect: { poll: { timeout: 30_000 } },
    bail: 0,
  },
})

export default defineConfig({
  test: {
    projects: [
      // The runner takes both at the same time. They end at about the same time too: what needs no more than a portal may move from the slower
      // to the other by `ownEnvironment`. Only the portal of the run has the gateway of private apps.
      project('e2e', { include: ['specs/**/*.spec.ts'], exclude: own }),
      project('e2e-own', { include: own }),
    ],
  },
})
