import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    projects: [
      {
        plugins: [vue()],
        test: {
          name: 'small',
          environment: 'happy-dom',
          include: ['src/**/*.spec.ts'],
        },
      },
    ],
  },
})
