// Writes the documents that are generated from the code: backend/openapi.json, docs/configuration.md and docs/problems.md, without a database.
// Run by `npm run openapi`; the contract tests fail when a committed file differs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from './app.js'
import { parseConfig } from './config/config.js'
import { configurationPage, problemsPage } from './documents.js'
import { buildDocument } from './openapi.js'

const config = parseConfig({
  VITRINE_SECRET: 'only-to-build-the-document-0123456789',
  MONGODB_URI: 'mongodb://127.0.0.1/none',
  S3_ENDPOINT: 'http://127.0.0.1:1',
  S3_ACCESS_KEY: 'none',
  S3_SECRET_KEY: 'none',
})
const root = join(import.meta.dirname, '../..')
const app = await createApp(config, { preview: true })
writeFileSync(join(root, 'backend/openapi.json'), `${JSON.stringify(buildDocument(app), null, 2)}\n`)
writeFileSync(join(root, 'docs/configuration.md'), configurationPage())
writeFileSync(join(root, 'docs/problems.md'), problemsPage())
process.exit(0)
