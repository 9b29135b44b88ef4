import swc from 'unplugin-swc'
import { defineConfig } from 'vitest/config'

// Nest's dependency injection reads decorator metadata, which only SWC writes under Vitest.
const decorators = swc.vite({
  module: { type: 'es6' },
  jsc: {
    target: 'es2022',
    parser: { syntax: 'typescript', decorators: true },
    // As in tsconfig.json: a field that a DTO only declares must not exist, or a change would overwrite with undefined what it does not name.
    transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  },
})

const project = (name: string, include: string[], extra: Record<string, unknown> = {}) => ({
  plugins: [decorators],
  test: { name, include, setupFiles: ['reflect-metadata'], ...extra },
})

// Nothing runs beside these, and none mocks a module: what they share is imported once by each worker, not by each file.
const alone = { isolate: false, maxWorkers: '100%' }

// What is waited for may take a while on a busy machine; the default of a second tells more of the machine than of us.
const onServices = {
  setupFiles: ['reflect-metadata', './test/cheap-passwords.ts'],
  testTimeout: 60_000,
  hookTimeout: 180_000,
  fileParallelism: false,
  // All of Nest, Mongoose and the client of the cluster is imported once, not by each file: each starts portals of its own, on databases of its own.
  isolate: false,
  expect: { poll: { timeout: 10_000 } },
}

const FAULTS = 'test/on-cluster/faults.spec.ts'

export default defineConfig({
  test: {
    projects: [
      // Far above what any takes: a busy machine must not fail a test that hashes a password.
      project('small', ['src/**/*.spec.ts'], { ...alone, testTimeout: 60_000 }),
      project('contract', ['test/contract/**/*.spec.ts'], { ...alone, testTimeout: 60_000 }),
      project('golden', ['test/golden/**/*.spec.ts'], alone),
      project('integration', ['test/integration/**/*.spec.ts'], onServices),
      // Two at a time: they mostly wait for the cluster, each with a portal, a database and namespaces of its own.
      project('cluster', ['test/on-cluster/**/*.spec.ts'], { ...onServices, fileParallelism: true, maxWorkers: 2, exclude: [FAULTS] }),
      // Alone and last: it stops parts of the cluster that the others run on.
      project('cluster-faults', [FAULTS], { ...onServices, sequence: { groupOrder: 1 } }),
    ],
  },
})
