import { defineConfig } from '@hey-api/openapi-ts'

/** Types only: calls go through src/api/client.ts. */
export default defineConfig({
  input: '../backend/openapi.json',
  output: { path: 'src/api/generated', clean: true },
  plugins: ['@hey-api/typescript'],
})
