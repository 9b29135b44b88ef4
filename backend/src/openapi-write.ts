// Writes the documents that are generated from the code: backend/openapi.json, docs/configuration.md, docs/problems.md and docs/diagnosis.md, without a database.
// Run by `npm run openapi`; the contract tests fail when a committed file differs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { configurationPage, diagnosisPage, openApiDocument, problemsPage } from './documents.js'

const root = join(import.meta.dirname, '../..')
writeFileSync(join(root, 'backend/openapi.json'), `${JSON.stringify(await openApiDocument(), null, 2)}\n`)
writeFileSync(join(root, 'docs/configuration.md'), configurationPage())
writeFileSync(join(root, 'docs/problems.md'), problemsPage())
writeFileSync(join(root, 'docs/diagnosis.md'), diagnosisPage())
process.exit(0)
