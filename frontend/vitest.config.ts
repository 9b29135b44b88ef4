import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    // The test DOM loads no frames, and complains of each.
    onConsoleLog: (text) => !text.includes('Iframe page loading is disabled'),
    projects: [
      {
        plugins: [vue()],
        // Outside of a browser's build the package offers its server half.
        resolve: { alias: [{ find: /^quasar$/, replacement: 'quasar/dist/quasar.client.js' }] },
        test: {
          name: 'small',
          environment: 'happy-dom',
          include: ['src/**/*.spec.ts'],
          // No test leaves anything behind in a module, and a DOM for each file is most of the time.
          isolate: false,
        },
      },
    ],
  },
})
