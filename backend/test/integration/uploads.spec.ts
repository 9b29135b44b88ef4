import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import type { TestClient } from '../client.js'
import { makeDataset, sendParts, type UploadBody } from '../factories/datasets.js'

let portal: TestApp
let client: TestClient

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  client = await portal.signedIn()
})
afterAll(() => portal.remove())

describe('an upload', () => {
  it('goes from the browser into the store and becomes a file that can be fetched', async () => {
    const dataset = await makeDataset(client)
    const bytes = new TextEncoder().encode('sepal,petal\n5.1,1.4\n')
    const created = await client.post<UploadBody>('/api/uploads', {
      target: { kind: 'dataset', id: dataset.id },
      name: 'iris.csv',
      size: bytes.length,
      contentType: 'text/csv',
    })
    expect(created.status).toBe(201)
    const parts = await sendParts(created.body, bytes)
    const completed = await client.post<{ upload: UploadBody; file: { id: string } }>(`/api/uploads/${created.body.id}/complete`, { parts })
    expect(completed.body).toMatchObject({ upload: { status: 'completed' }, file: { name: 'iris.csv', size: bytes.length } })
    const link = await client.get(`/api/datasets/${dataset.id}/files/${completed.body.file.id}/download`)
    expect(link.status).toBe(302)
    const fetched = await fetch(link.headers.get('location') ?? '')
    expect(new Uint8Array(await fetched.arrayBuffer())).toEqual(bytes)
  })
})
