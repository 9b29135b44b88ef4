import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startApp, type TestApp } from '../app.js'
import { TestClient } from '../client.js'
import {
  EXPECTATIONS,
  OWNERSHIPS,
  SUBJECTS,
  type Capability,
  type Expectation,
  type Ownership,
  type Subject,
} from '../matrix/expectations.js'
import { perform, PLANS, type Call, type Given, type Plan } from '../matrix/plans.js'
import { hasSession, missing, World } from '../matrix/world.js'

interface Operation {
  id: string
  method: string
  path: string
  /** The status of its success. */
  success: number
}

const document = JSON.parse(readFileSync(join(import.meta.dirname, '../../openapi.json'), 'utf8')) as {
  paths: Record<string, Record<string, { operationId: string; responses: Record<string, unknown> }>>
}
const operations: Operation[] = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { operationId, responses }]) => ({
    id: operationId,
    method,
    path,
    success: Number(Object.keys(responses).find((status) => /^[23]/.test(status))),
  })),
)
/** All ways of calling each operation: its own name, and those of the expectations that begin with it. */
const waysOf = (operation: Operation): string[] => Object.keys(EXPECTATIONS).filter((name) => name.split(' ')[0] === operation.id)

/** The ownerships that each call answers for: one for all of them where it is about nothing that belongs to someone. */
function callsOf(name: string): readonly (readonly [Ownership, ...Ownership[]])[] {
  const isGeneral = PLANS[name]?.general ?? PLANS[name]?.call.length === 0
  return isGeneral ? [OWNERSHIPS] : OWNERSHIPS.map((ownership) => [ownership])
}

const AT_ONCE = 12
// Thousands of requests a minute from one address are what this is.
const SETTINGS = {
  VITRINE_RATE_LIMIT_ACCOUNT: '0',
  VITRINE_RATE_LIMIT_TOKEN: '0',
  VITRINE_RATE_LIMIT_ADDRESS: '0',
  VITRINE_MAX_STREAMS: '1000',
  VITRINE_OIDC_CLIENT_ID: 'matrix',
  VITRINE_OIDC_CLIENT_SECRET: 'matrix-secret-9aZk3',
}

let portals: TestApp[] = []
let world: World
let before: unknown
const cells = new Set<string>()
let asserted = 0

/** Just so much of an identity provider that one is sent there. */
const provider = createServer((_, response) => {
  const issuer = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`
  const [authorization_endpoint, token_endpoint, jwks_uri] = ['auth', 'token', 'jwks'].map((name) => `${issuer}/${name}`)
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify({
      ...{ issuer, authorization_endpoint, token_endpoint, jwks_uri },
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    }),
  )
})

beforeAll(async () => {
  await new Promise<void>((done) => provider.listen(0, '127.0.0.1', done))
  const settings = { ...SETTINGS, VITRINE_OIDC_ISSUER: `http://127.0.0.1:${(provider.address() as AddressInfo).port}` }
  const open = await startApp({ spec: import.meta.filename, env: { ...settings, VITRINE_PUBLIC_ACCESS: 'on' } })
  portals = [open]
  const closed = await startApp({ spec: import.meta.filename, env: { ...settings, VITRINE_PUBLIC_ACCESS: 'off' } })
  portals.push(closed)
  world = new World(open, closed)
  await world.fill()
  before = await world.stored()
})
afterAll(async () => {
  for (const portal of portals.reverse()) await portal.remove()
  provider.close()
})

it('every operation of the document has an expectation and a plan, and there are no others', () => {
  const ids = operations.map(({ id }) => id)
  const declared = [...new Set(Object.keys(EXPECTATIONS).map((name) => name.split(' ')[0]))]
  expect(declared.sort()).toEqual([...ids].sort())
  expect(Object.keys(PLANS).sort()).toEqual(Object.keys(EXPECTATIONS).sort())
})

describe('the matrix', () => {
  it.each(operations.map((operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation] as const))(
    '%s',
    async (_, operation) => {
      const todo = waysOf(operation).flatMap((name) =>
        SUBJECTS.flatMap((subject) => callsOf(name).map((ownerships) => ({ name, subject, ownerships }))),
      )
      expect(todo.length).toBeGreaterThan(0)
      const wrong: string[] = []
      await inParallel(todo, async ({ name, subject, ownerships }) => {
        const fault = await faultOf(operation, name, subject, ownerships[0])
        for (const ownership of ownerships) cells.add(`${operation.id}|${subject}|${ownership}`)
        asserted++
        if (fault !== null) wrong.push(`${name.padEnd(28)} ${subject.padEnd(28)} ${ownerships[0].padEnd(9)} ${fault}`)
      })
      expect(wrong.length === 0 ? '' : `\n${wrong.sort().join('\n')}\n`).toBe('')
    },
  )

  it('has every cell', () => {
    expect(cells.size).toBe(operations.length * SUBJECTS.length * OWNERSHIPS.length)
    process.stdout.write(
      `matrix: ${operations.length} operations × ${SUBJECTS.length} subjects × ${OWNERSHIPS.length} ownerships = ${cells.size} cells, ${asserted} calls asserted\n`,
    )
  })

  it('what was refused changed nothing', async () => {
    expect(await world.stored()).toEqual(before)
  })
})

describe('a request that changes something', () => {
  const unsafe = operations.filter(({ method }) => method !== 'get')
  const filled = (path: string) => path.replace(/\{\w+\}/g, () => missing().project.id)
  let client: TestClient
  let other: TestClient
  beforeAll(async () => {
    ;[client, other] = await Promise.all([world.ownSession('admin'), world.ownSession('owner')])
  })
  const outcome = ({ status, body }: { status: number; body: { code?: string } | null }) => [status, body?.code]

  it.each(unsafe.map(({ method, path, id }) => [`${method.toUpperCase()} ${path}`, { method, path, id }] as const))(
    '%s needs the CSRF token of its session, from a page of this origin',
    async (_, { method, path, id }) => {
      const copy = Object.assign(new TestClient(client.url), { cookie: client.cookie })
      const address = filled(path)
      const send = (by: TestClient, headers: Record<string, string> = {}) =>
        by.send<{ code?: string } | null>(method.toUpperCase(), address, method === 'delete' ? undefined : {}, headers)
      for (const [name, value] of [
        ['origin', 'https://evil.example'],
        ['sec-fetch-site', 'cross-site'],
        ['sec-fetch-site', 'same-site'],
      ] as const)
        expect(outcome(await send(client, { [name]: value })), `${name}: ${value}`).toEqual([403, 'cross-site-request'])
      // Signing in is what makes the session that the token belongs to.
      if (id === 'login') return expect(outcome(await send(copy))).toEqual([400, 'validation-failed'])
      expect(outcome(await send(copy))).toEqual([403, 'csrf-token-invalid'])
      copy.csrfToken = other.csrfToken
      expect(outcome(await send(copy))).toEqual([403, 'csrf-token-invalid'])
    },
  )
})

/** What is wrong with one cell; null when nothing is. */
async function faultOf(operation: Operation, name: string, subject: Subject, ownership: Ownership): Promise<string | null> {
  const expectation = EXPECTATIONS[name]
  const plan = PLANS[name]
  if (!expectation || !plan) return 'has no expectation or no plan'
  const cell = { world, subject, ownership }
  const expected = expectedOf(expectation, subject, ownership)
  const allowed = expected === 'allowed'
  const things = allowed
    ? await world.ownThings(subject, ownership, expectation, plan.changes ?? [])
    : await world.things(subject, ownership, expectation)
  const client = await clientOf(plan, expectation, subject)
  const call = await plan.call(things, cell)
  const given = await perform(client, operation.method, operation.path, call)
  const said = `${given.status} ${codeOf(given) ?? ''}`.trim()
  try {
    if (allowed) {
      if (given.status !== operation.success) return `should be allowed (${operation.success}), is ${said} ${given.text.slice(0, 200)}`
      return (await plan.check?.(given, things, cell)) ?? null
    }
    const [status, codes] = DENIALS[expected]
    if (given.status !== status || !codes.test(codeOf(given) ?? '')) return `should be ${status} ${codes.source}, is ${said}`
    return isHidden(expectation, expected) ? await differenceFromMissing(operation, plan, client, given, cell) : null
  } finally {
    if (given.stream && !given.stream.locked) await given.stream.cancel()
  }
}

type Denial = 'not signed in' | 'not allowed' | 'not there'
const DENIALS: Record<Denial, [status: number, code: RegExp]> = {
  'not signed in': [401, /^not-signed-in$/],
  'not allowed': [403, /^(not-allowed|password-change-required)$/],
  'not there': [404, /-not-found$/],
}

/** What a cell is answered, from the expectation alone. */
function expectedOf(expectation: Expectation, subject: Subject, ownership: Ownership): 'allowed' | Denial {
  const { who, scope, account, self, late } = expectation
  if (who === 'anyone') return 'allowed'
  if (who === 'session') return hasSession(subject) ? 'allowed' : 'not signed in'
  if (subject === 'disabled' || subject === 'anonymous, closed instance') return 'not signed in'
  const onProject = isCapability(who)
  const project = world.project(subject, ownership)
  const may = world.capabilities(subject, project.id)
  if (subject === 'anonymous') {
    const open = who === 'reader' || (who === 'read' && !account && may.includes('read'))
    return open ? 'allowed' : 'not signed in'
  }
  if (subject === 'must change password' && !self) return 'not allowed'
  if (subject.startsWith('token')) {
    if (scope === null) return 'not allowed'
    if (subject === 'token of too little scope' && scope !== 'any') return late && !may.includes('read') ? 'not there' : 'not allowed'
    if (subject === 'token for another project' && scope !== 'any' && !onProject && who !== 'reader') return 'not allowed'
  }
  if (who === 'reader' || who === 'account') return 'allowed'
  const isAdmin = world.accountOf(subject, expectation)?.role === 'admin'
  if (who === 'admin') return isAdmin ? 'allowed' : 'not allowed'
  if (who === 'mine') return isAdmin || ownership === 'own' ? 'allowed' : 'not there'
  if (who === 'group-member') return isAdmin || ownership === 'own' || ownership === 'internal' ? 'allowed' : 'not there'
  if (who === 'in the group') return ownership === 'own' || ownership === 'internal' ? 'allowed' : 'not there'
  if (who === 'group-owner') {
    if (isAdmin || ownership === 'own') return 'allowed'
    return ownership === 'internal' ? 'not allowed' : 'not there'
  }
  if (!may.includes('read')) return 'not there'
  return may.includes(who) ? 'allowed' : 'not allowed'
}

const isCapability = (who: Expectation['who']): who is Capability => ['read', 'edit', 'deploy', 'manage', 'own'].includes(who)

/** Whether the answer must not tell that the thing is there. */
const isHidden = ({ who }: Expectation, expected: Denial): boolean =>
  (expected === 'not there' && who !== 'in the group') || (expected === 'not signed in' && (isCapability(who) || who === 'mine'))

/** What is hidden and what is not there are answered alike, but for the id of the request. */
async function differenceFromMissing(
  operation: Operation,
  plan: Plan,
  client: TestClient,
  given: Given,
  cell: Parameters<Plan['call']>[1],
): Promise<string | null> {
  const call: Call = await plan.call(missing(), cell)
  const other = await perform(client, operation.method, operation.path, call)
  const bare = ({ status, json }: Given) => JSON.stringify([status, { ...(json as object), requestId: '' }])
  return bare(given) === bare(other) ? null : `tells that it is there: ${bare(given)} is not ${bare(other)}`
}

const clientOf = (plan: Plan, expectation: Expectation, subject: Subject): Promise<TestClient> =>
  plan.session && hasSession(subject) ? world.ownSession(subject, plan.session === 'double') : world.client(subject, expectation)

const codeOf = ({ json }: Given): string | undefined => (json as { code?: string } | null)?.code

async function inParallel<T>(todo: readonly T[], run: (each: T) => Promise<void>): Promise<void> {
  const left = [...todo]
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let next = left.shift(); next !== undefined; next = left.shift()) await run(next)
    }),
  )
}
