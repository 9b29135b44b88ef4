import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { makeProject } from '../factories/datasets.js'
import { makeUser } from '../factories/users.js'

interface Entry {
  id: string
  at: string
  actor: { id: string | null; name: string; via: string }
  action: string
  outcome: string
  status: number
  problem: string | null
  resource: { type: string; id: string; name: string | null } | null
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
  address: string
  userAgent: string
  requestId: string
}
interface Page {
  items: Entry[]
  nextCursor: string | null
}

let portal: TestApp
let admin: TestClient
let ann: { client: TestClient; password: string }

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  admin = await portal.signedIn()
  ann = await makeUser(portal, 'ann')
})
afterAll(() => portal.remove())

const list = async (query: string): Promise<Entry[]> => {
  const { status, body } = await admin.get<Page>(`/api/iam/audit?${query}`)
  expect(status).toBe(200)
  return body.items
}

describe('a change', () => {
  it('of a project tells who, what, when, from where, before and after', async () => {
    const from = new Date()
    const project = await makeProject(ann.client)
    const answer = await ann.client.patch<{ revision: number }>(`/api/projects/${project.id}`, { revision: 1, title: 'After' })
    expect(answer.status).toBe(200)
    const [changed, created] = await list(`resourceId=${project.id}`)
    expect(created).toMatchObject({ action: 'project:create', outcome: 'done', status: 201, before: null })
    expect(changed).toMatchObject({
      actor: { name: 'ann', via: 'session' },
      action: 'project:update',
      outcome: 'done',
      status: 200,
      problem: null,
      resource: { type: 'project', id: project.id },
      after: { title: 'After' },
      address: '127.0.0.1',
      requestId: answer.headers.get('x-request-id'),
    })
    expect(changed?.before).toHaveProperty('title')
    expect(Date.parse(changed?.at ?? '')).toBeGreaterThanOrEqual(from.getTime())
  })
})
