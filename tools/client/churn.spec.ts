import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Churn } from './churn.ts'
import { VitrineClient } from './http.ts'
import { LogTail } from './log-tail.ts'

interface Engine {
  id: string
  projectId: string
  name: string
  url: string
  generation: number
  revision: number
  env: Record<string, string>
  status: { phase: string; message: string }
}

// A portal that does what it says, until a test makes it lie.
let engines: Map<string, Engine>
let server: Server
let url: string
let churn: Churn
let inCluster: string

beforeEach(async () => {
  engines = new Map()
  inCluster = ''
  server = createServer((request, response) => {
    let text = ''
    request.on('data', (piece: Buffer) => (text += piece.toString()))
    request.on('end', () => {
      const { status, body } = answer(request.method ?? '', request.url ?? '', text === '' ? {} : (JSON.parse(text) as Partial<Engine>))
      response.writeHead(status, { 'content-type': 'application/json' }).end(typeof body === 'string' ? body : JSON.stringify(body))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  churn = new Churn({
    client: VitrineClient.withToken(url, 'token'),
    projectId: 'p',
    image: 'hello',
    instance: 'i',
    kubectl: async () => inCluster,
    pauseMs: 1,
  })
})
afterEach(async () => {
  await churn.stop()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

function answer(method: string, path: string, body: Partial<Engine>): { status: number; body: unknown } {
  const [, , kind = '', id = ''] = path.split(/[/?]/)
  const found = engines.get(id)
  if (path.startsWith('/app/')) return { status: 200, body: `${engines.get(kind)?.env['MESSAGE']}\n` }
  if (kind === 'projects') return { status: 200, body: { items: [{ id: 'p' }], nextCursor: null } }
  if (method === 'POST') {
    const made = `e${engines.size + 1}`
    const status = { phase: 'Running', message: '' }
    const engine = {
      id: made,
      projectId: 'p',
      name: body.name ?? '',
      url: `${url}/app/${made}`,
      generation: 1,
      revision: 1,
      env: body.env ?? {},
      status,
    }
    engines.set(made, engine)
    return { status: 202, body: engine }
  }
  if (!found) return { status: 200, body: { items: [...engines.values()], nextCursor: null } }
  return { status: 200, body: found }
}

async function deployed(): Promise<Engine> {
  churn.start()
  await vi.waitFor(() => expect(churn.acknowledged).toBe(6))
  await churn.stop()
  expect(await churn.differences()).toEqual([])
  const [first] = engines.values()
  if (!first) throw new Error('nothing was deployed')
  return first
}

describe('the load', () => {
  it.each<[string, (engine: Engine) => void, string]>([
    ['an acknowledged deploy that is lost', ({ id }) => engines.delete(id), 'was acknowledged and is not known'],
    ['an acknowledged change that is lost', (engine) => (engine.generation = 0), 'is at generation 0'],
    ['an app that runs something else', (engine) => (engine.env = { MESSAGE: 'another' }), 'not 1 "churn-1 says 1"'],
    ['an app that does not run', (engine) => (engine.status.phase = 'Deploying'), 'is Deploying'],
    ['an app that nobody asked for', (engine) => engines.set('x', { ...engine, id: 'x', name: 'x' }), 'nobody asked for x'],
    ['what is left over of an app', () => (inCluster = 'Service n/a\tnone\tp\t\n'), 'Service n/a belongs to nothing'],
    ['what is left over of a project', () => (inCluster = 'Namespace /n\t\tnone\t\n'), 'Namespace /n belongs to nothing'],
  ])('sees %s', async (_, lie, said) => {
    lie(await deployed())
    expect(await churn.differences()).toEqual([expect.stringContaining(said)])
  })

  it('lets what is known or on its way out be', async () => {
    const { id } = await deployed()
    inCluster = `Service n/a\t${id}\tp\t\nNamespace /n\t\tp\t\nPod n/b\tnone\tp\t2026-11-21T00:00:00Z\n`
    expect(await churn.differences()).toEqual([])
  })
})

describe('the reader of a log', () => {
  it('tells what is missing, and what came twice', () => {
    const tail = new LogTail(VitrineClient.withToken(url, 'token'), 'e', 'all')
    tail.numbers.push(1, 2, 4, 4, 5, 3)
    expect(tail.faults(7)).toEqual({ lost: [6, 7], doubled: 2 })
  })
})
