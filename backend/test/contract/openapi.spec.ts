import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configurationPage, openApiDocument, problemsPage } from '../../src/documents.js'

const committed = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as Record<string, unknown>

it('the committed openapi.json is what the code says; run `npm run openapi` after a change', async () => {
  const built: unknown = JSON.parse(JSON.stringify(await openApiDocument()))
  expect(built).toEqual(committed)
})

it('the committed pages of settings and problems are what the code says', () => {
  const page = (name: string) => readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8')
  expect(page('configuration.md')).toBe(configurationPage())
  expect(page('problems.md')).toBe(problemsPage())
})

it('every operation has an id, a summary and a documented success', () => {
  const paths = committed['paths'] as Record<
    string,
    Record<string, { operationId?: string; summary?: string; responses: Record<string, unknown> }>
  >
  const lacking = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations)
      .filter(
        ([, operation]) =>
          !operation.operationId || !operation.summary || !Object.keys(operation.responses).some((status) => /^[23]/.test(status)),
      )
      .map(([verb]) => `${verb.toUpperCase()} ${path}`),
  )
  expect(lacking).toEqual([])
})

it('every path of the contract of the first release is there', () => {
  const paths = Object.keys(committed['paths'] as object)
  for (const path of [
    '/api/auth/login',
    '/api/auth/me',
    '/api/auth/logout',
    '/api/iam/tokens',
    '/api/projects',
    '/api/datasets',
    '/api/uploads',
    '/api/uploads/{id}/complete',
    '/api/engines',
    '/api/engines/{id}/logs',
    '/api/events',
    '/api/version',
    '/api/system/capabilities',
  ])
    expect(paths).toContain(path)
})
