import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'e2e',
          include: ['specs/**/*.spec.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
          // One browser and one stack: journeys run one after the other, and a failed step ends its journey.
          fileParallelism: false,
          bail: 0,
        },
      },
    ],
  },
})
