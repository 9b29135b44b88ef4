import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { configurationPage, diagnosisPage, openApiDocument, problemsPage } from '../../src/documents.js'

const committed = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as Record<string, unknown>

it('the committed openapi.json is what the code says; run `npm run openapi` after a change', async () => {
  const built: unknown = JSON.parse(JSON.stringify(await openApiDocument()))
  expect(built).toEqual(committed)
})

it('the committed pages of settings, problems and causes are what the code says', () => {
  const page = (name: string) => readFileSync(join(import.meta.dirname, '../../../docs', name), 'utf8')
  expect(page('configuration.md')).toBe(configurationPage())
  expect(page('problems.md')).toBe(problemsPage())
  expect(page('diagnosis.md')).toBe(diagnosisPage())
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

it('every operation names the statuses that it can answer with, each a problem of its kind and none for all the rest', () => {
  const paths = committed['paths'] as Record<
    string,
    Record<string, { operationId: string; security?: unknown[]; responses: Record<string, { content?: Record<string, unknown> }> }>
  >
  const wrong = Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([verb, { operationId, security, responses }]) => {
      const has = (status: number) => String(status) in responses
      const isPublic = security?.length === 0
      return [
        ...('default' in responses ? ['default says nothing'] : []),
        ...(Object.keys(responses).some((status) => status === '500') ? ['500 is never meant'] : []),
        ...(!isPublic && !(has(401) && has(403)) ? ['not public: 401 and 403'] : []),
        ...(verb !== 'get' && !(has(400) && has(403) && has(413) && has(415)) ? ['changes something: 400, 403, 413, 415'] : []),
        ...(path.includes('{') && !has(404) ? ['an id: 404'] : []),
        ...Object.entries(responses)
          .filter(([status, { content }]) => /^[45]/.test(status) && Object.keys(content ?? {}).join() !== 'application/problem+json')
          .map(([status]) => `${status} is no problem`),
      ].map((fault) => `${operationId}: ${fault}`)
    }),
  )
  expect(wrong).toEqual([])
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
