// Writes backend/openapi.json from the code, without a database. Run by `npm run openapi`; CI fails when the committed file differs.
import { writeFileSync } from 'node:fs'
import { createApp } from './app.js'
import { parseConfig } from './config/config.js'
import { buildDocument } from './openapi.js'

const config = parseConfig({
  VITRINE_SECRET: 'only-to-build-the-document-0123456789',
  MONGODB_URI: 'mongodb://127.0.0.1/none',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY: 'none',
  S3_SECRET_KEY: 'none',
})
const app = await createApp(config, { preview: true })
writeFileSync(process.argv[2] ?? 'openapi.json', `${JSON.stringify(buildDocument(app), null, 2)}\n`)
process.exit(0)
