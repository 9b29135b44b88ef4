import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import type { ProblemBody, TestClient } from '../client.js'

let portal: TestApp
let client: TestClient

beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
  client = await portal.signedIn()
})
afterAll(() => portal.remove())

describe('what cannot be served is a problem with a code and a request id', () => {
  it.each([
    ['an address that is not there', 'GET', '/api/nothing', undefined, {}, 404, 'route-not-found'],
    ['a method that is not there', 'PUT', '/api/version', undefined, {}, 404, 'route-not-found'],
    ['JSON that is none', 'POST', '/api/projects', '{"title":', { 'content-type': 'application/json' }, 400, 'malformed-request'],
    ['an empty body that claims to be JSON', 'POST', '/api/projects', '', { 'content-type': 'application/json' }, 400, 'malformed-request'],
    [
      'a body that changes the prototype',
      'POST',
      '/api/projects',
      '{"__proto__":{"a":1}}',
      { 'content-type': 'application/json' },
      400,
      'malformed-request',
    ],
    ['XML', 'POST', '/api/projects', '<a/>', { 'content-type': 'application/xml' }, 415, 'unsupported-media-type'],
    ['plain text', 'POST', '/api/projects', '{"title":"x"}', { 'content-type': 'text/plain' }, 415, 'unsupported-media-type'],
    ['a form', 'POST', '/api/projects', 'title=x', { 'content-type': 'application/x-www-form-urlencoded' }, 415, 'unsupported-media-type'],
    ['two megabytes', 'POST', '/api/projects', `"${'x'.repeat(2 ** 21)}"`, { 'content-type': 'application/json' }, 413, 'body-too-large'],
    [
      '10,000 levels',
      'POST',
      '/api/projects',
      '['.repeat(10_000) + ']'.repeat(10_000),
      { 'content-type': 'application/json' },
      400,
      'malformed-request',
    ],
  ] as const)('%s', async (_, method, path, body, headers, status, code) => {
    const answer = await client.send<ProblemBody>(method, path, body, headers)
    expect([answer.status, answer.body.code]).toEqual([status, code])
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body).toMatchObject({ status, requestId: answer.headers.get('x-request-id') })
  })
})

it('HEAD answers as GET does, without a body', async () => {
  const answer = await fetch(`${portal.url}/api/version`, { method: 'HEAD' })
  expect([answer.status, await answer.text()]).toEqual([200, ''])
})

it('every answer forbids what a page of ours never needs', async () => {
  for (const path of ['/api/version', '/api/nothing', '/livez']) {
    const { headers } = await fetch(portal.url + path)
    expect(headers.get('content-security-policy')).toMatch(/script-src 'self';.*object-src 'none'/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
  }
})

it('what is no request, or has too large a head, is answered with a problem too', async () => {
  const long = await fetch(`${portal.url}/api/projects?q=${'a'.repeat(20_000)}`)
  expect(long.status).toBe(431)
  expect(long.headers.get('content-type')).toBe('application/problem+json; charset=utf-8')
  expect(await long.json()).toMatchObject({ code: 'headers-too-large', status: 431 })
  const { hostname, port } = new URL(portal.url)
  const socket = connect(Number(port), hostname, () => socket.write('nonsense\r\n\r\n'))
  let text = ''
  for await (const piece of socket) text += String(piece)
  expect(text).toMatch(/^HTTP\/1\.1 400 Bad Request\r\ncontent-type: application\/problem\+json/)
  expect(text).toContain('"code":"malformed-request"')
})

it('an id that is far too long, or cannot be read, is answered with a problem as well', async () => {
  const outcome = async (path: string) => {
    const { status, body } = await client.get(path)
    return [status, body.code]
  }
  expect(await outcome(`/api/projects/${'x'.repeat(3_000)}`)).toEqual([404, 'project-not-found'])
  expect(await outcome('/api/projects/%zz')).toEqual([400, 'malformed-request'])
})

it('the documents that describe the API are served', async () => {
  const document = await fetch(`${portal.url}/api/openapi.json`)
  expect(((await document.json()) as { openapi: string }).openapi).toMatch(/^3\./)
  expect((await fetch(`${portal.url}/api/docs`)).status).toBe(200)
})

it('a portal that stops ends open streams in order, at once', async () => {
  const other = await startApp({ spec: `${import.meta.filename}-stopping` })
  try {
    const reader = (await (await other.signedIn()).fetch('/api/events')).body?.pipeThrough(new TextDecoderStream()).getReader()
    let text = (await reader?.read())?.value ?? ''
    const from = performance.now()
    const stopped = other.stop()
    for (let chunk = await reader?.read(); chunk && !chunk.done; chunk = await reader?.read()) text += chunk.value
    await stopped
    expect(performance.now() - from).toBeLessThan(2_000)
    expect(text).toContain('event: end\n')
  } finally {
    await other.remove()
  }
})
