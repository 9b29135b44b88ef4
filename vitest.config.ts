import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [{ test: { name: 'tools', include: ['tools/**/*.spec.ts', 'bench/**/*.spec.ts', 'examples/**/*.spec.ts'] } }],
  },
})
