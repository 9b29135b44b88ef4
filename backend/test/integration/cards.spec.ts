import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'
import { addAsset } from '../factories/assets.js'
import { makeProject } from '../factories/datasets.js'
import { png, webm } from '../factories/pictures.js'
import { makeUser } from '../factories/users.js'

interface Card {
  description: unknown
  usage: unknown
  revision: number
}
interface Page {
  items: { id: string }[]
}

let portal: TestApp
let client: TestClient
beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  client = await portal.signedIn()
})
afterAll(() => portal.remove())

const doc = (...content: unknown[]) => ({ type: 'doc', content })
const paragraph = (text: string) => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const image = (asset: string) => ({ type: 'image', attrs: { asset, alt: 'a plot', width: null, caption: null } })

describe('the card of a project', () => {
  it('has five sections, written one at a time, found by its words at once', async () => {
    const { id } = await makeProject(client, { title: 'Cards' })
    const path = `/api/projects/${id}/card`
    const none = { description: null, explanation: null, usage: null, limitations: null, performance: null }
    expect((await client.get<Card>(path)).body).toEqual({ ...none, revision: 1 })
    const usage = doc(paragraph('Hold a chrysanthemum before the lens.'))
    expect((await client.put<Card>(path, { revision: 1, section: 'usage', content: usage })).body).toEqual({ ...none, usage, revision: 2 })
    expect((await client.get<Page>('/api/projects?q=chrysanthem')).body.items.map((item) => item.id)).toEqual([id])
    const limits = doc(paragraph('Only by day.'))
    const written = await client.put<Card>(path, { revision: 2, section: 'limitations', content: limits })
    expect(written.body).toEqual({ ...none, usage, limitations: limits, revision: 3 })
    expect((await client.put<Card>(path, { revision: 3, section: 'usage', content: null })).body).toMatchObject({
      usage: null,
      revision: 4,
    })
    expect((await client.get<Page>('/api/projects?q=chrysanthem')).body.items).toEqual([])
    expect((await client.get<Card>(path)).body).toEqual({ ...none, limitations: limits, revision: 4 })
  })

  it('is changed by one of twenty at the same time; the others learn the current revision', async () => {
    const { id } = await makeProject(client)
    for (const revision of [1, 2]) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          client.put(`/api/projects/${id}/card`, { revision, section: 'description', content: doc(paragraph(`by ${i}`)) }),
        ),
      )
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      const refused = answers.filter(({ status }) => status === 409)
      expect(refused).toHaveLength(19)
      expect(refused[0]?.body).toMatchObject({ code: 'card-revision-conflict' })
      expect(refused[0]?.body.detail).toContain(`now at ${revision + 1}`)
    }
  })

  it('keeps what a database takes for an operator as it is', async () => {
    const { id } = await makeProject(client)
    const content = doc({ type: 'codeBlock', attrs: { language: 'json' }, content: [{ type: 'text', text: '{"$set": {"a.b": 1}}' }] })
    await client.put(`/api/projects/${id}/card`, { revision: 1, section: 'usage', content })
    expect((await client.get<Card>(`/api/projects/${id}/card`)).body.usage).toEqual(content)
  })

  it.each([
    ['a text', 'x', 'validation-failed'],
    ['a list', [], 'validation-failed'],
    ['nothing', undefined, 'validation-failed'],
    ['a node that is none', doc({ type: 'script', content: [] }), 'rich-text-invalid'],
    [
      'a link that runs a script',
      doc({ type: 'paragraph', content: [{ type: 'text', text: 'x', marks: [{ type: 'link', attrs: { href: 'javascript:alert(1)' } }] }] }),
      'rich-text-invalid',
    ],
    ['a picture from elsewhere', doc(image('https://example.org/x.png')), 'rich-text-invalid'],
    ['a picture that is not there', doc(image(newId())), 'rich-text-invalid'],
  ])('is not made of %s', async (_, content, code) => {
    const { id } = await makeProject(client)
    const answer = await client.put(`/api/projects/${id}/card`, { revision: 1, section: 'usage', content })
    expect(answer.status).toBeGreaterThanOrEqual(400)
    expect(answer.status).toBeLessThan(500)
    expect(answer.body.code).toBe(code)
    expect((await client.get<Card>(`/api/projects/${id}/card`)).body.revision).toBe(1)
  })

  it('shows pictures of its own project only, and keeps them', async () => {
    const [mine, other] = [await makeProject(client), await makeProject(client)]
    const picture = await addAsset(client, mine.id, { contentType: 'image/png', bytes: png(2, 3) })
    const write = (id: string) =>
      client.put<Card>(`/api/projects/${id}/card`, { revision: 1, section: 'performance', content: doc(image(picture.id)) })
    expect((await write(other.id)).status).not.toBe(200)
    expect((await write(mine.id)).status).toBe(200)
    expect((await client.delete(`/api/assets/${picture.id}`)).body.code).toBe('asset-in-use')
  })
})

describe('what a card and a cover show', () => {
  it('is shown as what it is', async () => {
    const { id } = await makeProject(client)
    const film = await addAsset(client, id, { contentType: 'video/webm', bytes: webm() })
    const { status, body } = await client.put<ProblemBody>(`/api/projects/${id}/card`, {
      ...{ revision: 1, section: 'usage', content: doc(paragraph('x'), image(film.id)) },
    })
    expect([status, body.code, body.errors]).toEqual([
      400,
      'rich-text-invalid',
      [{ path: 'content[1].attrs.asset', message: 'this file is a film: put it in as a video' }],
    ])
    const cover = await client.patch<ProblemBody>(`/api/projects/${id}`, { revision: 1, cover: film.id })
    expect([cover.status, cover.body.errors?.map(({ path }) => path)]).toEqual([400, ['cover']])
  })
})

describe('the attributes of a project', () => {
  const patch = async (fields: Record<string, unknown>) => {
    const { id } = await makeProject(client)
    return client.patch<Record<string, unknown>>(`/api/projects/${id}`, { revision: 1, ...fields })
  }

  it('are whom to ask, what belongs to it, its licence and what it was made with', async () => {
    const fields = {
      frameworks: ['PyTorch', 'scikit-learn'],
      licence: 'Apache-2.0',
      contacts: [
        { name: 'Ada Lovelace', email: 'ada@example.org', url: 'https://example.org/~ada' },
        { name: 'The lab', email: '', url: '' },
      ],
      links: [{ title: 'Paper', url: 'https://doi.org/10.1000/182' }],
    }
    expect((await patch(fields)).body).toMatchObject({ ...fields, cover: null, coverUrl: null, publishedVersion: null, publishedAt: null })
  })

  it.each([
    ['a contact without a name', { contacts: [{ name: ' ', email: '', url: '' }] }, 'contacts.0.name'],
    ['an address that is none', { contacts: [{ name: 'x', email: 'x', url: '' }] }, 'contacts.0.email'],
    ['a link that runs a script', { links: [{ title: 'x', url: 'javascript:alert(1)' }] }, 'links.0.url'],
    ['a link with a password', { links: [{ title: 'x', url: 'https://bank.example@evil.example/' }] }, 'links.0.url'],
    ['a link without an address', { links: [{ title: 'x', url: '' }] }, 'links.0.url'],
    ['eleven links', { links: Array.from({ length: 11 }, () => ({ title: 'x', url: 'https://example.org' })) }, 'links'],
    ['thirteen frameworks', { frameworks: Array.from({ length: 13 }, (_, i) => `f${i}`) }, 'frameworks'],
    ['a licence of 81 characters', { licence: 'x'.repeat(81) }, 'licence'],
    ['a cover that is no asset', { cover: newId() }, 'cover'],
    ['a cover from elsewhere', { cover: 'https://example.org/x.png' }, 'cover'],
    ['a link of something else', { links: [{ title: 'x', url: 'https://example.org', onclick: 'x' }] }, 'links.0.onclick'],
  ])('are not %s', async (_, fields, path) => {
    const { status, body } = await patch(fields)
    expect([status, body['code']]).toEqual([400, 'validation-failed'])
    expect((body['errors'] as { path: string }[]).map((error) => error.path)).toEqual([path])
  })

  it('have a cover that is a picture of the project, kept as long as it is that', async () => {
    const { id } = await makeProject(client)
    const picture = await addAsset(client, id, { contentType: 'image/png', bytes: png(4, 3) })
    const changed = await client.patch(`/api/projects/${id}`, { revision: 1, cover: picture.id })
    expect(changed.body).toMatchObject({ cover: picture.id, coverUrl: `/api/assets/${picture.id}/content` })
    expect((await client.delete(`/api/assets/${picture.id}`)).body.code).toBe('asset-in-use')
    expect((await client.patch(`/api/projects/${id}`, { revision: 2, cover: null })).body).toMatchObject({ cover: null, coverUrl: null })
    expect((await client.delete<null>(`/api/assets/${picture.id}`)).status).toBe(204)
  })

  it('are hidden from who may not read the project', async () => {
    const { client: sam } = await makeUser(portal, 'sam')
    const { body } = await client.post<{ id: string }>('/api/projects', { title: 'Hidden', visibility: 'private' })
    expect((await sam.get(`/api/projects/${body.id}/card`)).status).toBe(404)
  })
})
