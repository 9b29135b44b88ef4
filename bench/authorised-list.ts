// What does the policy cost a list? The projects of someone in 20 groups among 10,000 projects, against the same query without the policy, which is what
// an admin asks. On a portal and a database of its own.
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readJson } from '../tools/stack/files.ts'
import { buildPortal, portalReady, portalService } from '../tools/stack/portal.ts'
import { Progress } from '../tools/stack/progress.ts'
import { startStack } from '../tools/stack/stack.ts'
import { waitFor } from '../tools/stack/time.ts'
import { VitrineClient } from '../tools/client/client.ts'
import { median, quantile, verdict } from './stats.ts'

const PROJECTS = 10_000
const GROUPS = 60
const MINE = 20
/** Every so many-th project is shared, with one group each. */
const SHARED_EVERY = 3
const ROUNDS = 300
const AT_ONCE = 8
const TARGET = 1.3

interface Identified {
  id: string
}

const progress = new Progress()
await buildPortal(progress)
const stack = await startStack({ profile: 'services', progress })
try {
  const name = `bench-${randomBytes(4).toString('hex')}`
  const port = stack.settings.ports.portal
  const url = `http://localhost:${port}`
  const credentialsFile = join(stack.dir, `${name}.json`)
  const services = stack.portalEnvironment()
  const { KUBECONFIG: _cluster, VITRINE_KUBE_CONTEXT: _context, ...environment } = services
  const portal = portalService({
    ...environment,
    MONGODB_URI: (services['MONGODB_URI'] ?? '').replace(/\/[^/]*$/, `/${name}`),
    VITRINE_CREDENTIALS_FILE: credentialsFile,
    VITRINE_RATE_LIMIT_ACCOUNT: '0',
    VITRINE_RATE_LIMIT_TOKEN: '0',
    VITRINE_RATE_LIMIT_ADDRESS: '0',
  })
  const service = stack.launch(portal, url)
  await waitFor(() => portalReady(port), { what: 'the portal', timeoutMs: 60_000, check: service.assertRunning })
  const credentials = readJson<{ username: string; password: string }>(credentialsFile)
  if (!credentials) throw new Error('the portal made no first admin')

  const admin = await VitrineClient.signIn({ url, ...credentials })
  const { reader, groups } = await progress.step(`a reader in ${MINE} of ${GROUPS} groups`, () => makeReader(url, admin))
  await progress.step(`${PROJECTS} private projects`, () => makeProjects(admin, groups))
  const anyone = VitrineClient.withToken(url, await makeToken(admin))

  const seen = await count(reader)
  const shared = Math.ceil(PROJECTS / SHARED_EVERY)
  if (seen !== countOfMine(shared)) throw new Error(`the reader sees ${seen} projects, not ${countOfMine(shared)}`)
  console.log(`the reader sees ${seen} of ${PROJECTS} projects`)

  for (const [what, path] of [
    ['first page', '/api/projects?limit=24'],
    ['a search', '/api/projects?limit=24&q=series+7'],
  ] as const) {
    const withPolicy: number[] = []
    const without: number[] = []
    for (let round = -20; round < ROUNDS; round++) {
      const measure = [
        async () => keep(round, withPolicy, await timed(() => reader.get(path))),
        async () => keep(round, without, await timed(() => anyone.get(path))),
      ]
      for (const each of round % 2 === 0 ? measure : measure.reverse()) await each()
    }
    const ratio = median(withPolicy) / median(without)
    console.log(
      `${what}, median (p95) of ${ROUNDS}: with the policy ${median(withPolicy).toFixed(2)} (${quantile(withPolicy, 0.95).toFixed(2)}) ms, ` +
        `without ${median(without).toFixed(2)} (${quantile(without, 0.95).toFixed(2)}) ms`,
    )
    verdict(ratio <= TARGET, `${what}: ratio ${ratio.toFixed(3)}, at most ${TARGET}`)
  }
} finally {
  await stack.stop()
}

/** Someone who belongs to the first groups, with a token; and the ids of all groups. */
async function makeReader(url: string, admin: VitrineClient): Promise<{ reader: VitrineClient; groups: string[] }> {
  const password = `bench ${randomBytes(12).toString('hex')}`
  const { user } = await admin.post<{ user: Identified }>('/api/iam/users', { username: 'reader', password })
  const groups: string[] = []
  for (let i = 0; i < GROUPS; i++) {
    const { id } = await admin.post<Identified>('/api/iam/groups', { name: `group-${i}` })
    if (i < MINE) await admin.put(`/api/iam/groups/${id}/members/${user.id}`, { role: 'member' })
    groups.push(id)
  }
  // The first password has to be changed; that ends the session which changed it and opens another.
  const newPassword = `bench ${randomBytes(12).toString('hex')}`
  await (
    await VitrineClient.signIn({ url, username: 'reader', password })
  ).post('/api/auth/password', { currentPassword: password, newPassword })
  const session = await VitrineClient.signIn({ url, username: 'reader', password: newPassword })
  return { reader: VitrineClient.withToken(url, await makeToken(session)), groups }
}

async function makeToken(client: VitrineClient): Promise<string> {
  const { token } = await client.post<{ token: string }>('/api/iam/tokens', { name: 'bench', scopes: ['projects:read'] })
  return token
}

async function makeProjects(admin: VitrineClient, groups: string[]): Promise<void> {
  let next = 0
  const work = async () => {
    for (let i = next++; i < PROJECTS; i = next++) {
      const { id } = await admin.post<Identified>('/api/projects', { title: `Series ${i}`, visibility: 'private', tags: [`tag-${i % 50}`] })
      if (i % SHARED_EVERY === 0)
        await admin.put(`/api/projects/${id}/members/group/${groups[(i / SHARED_EVERY) % GROUPS]}`, { role: 'viewer' })
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
}

/** How many of the shared projects, dealt out to the groups in turn, are of the reader's groups. */
function countOfMine(shared: number): number {
  return Math.floor(shared / GROUPS) * MINE + Math.min(shared % GROUPS, MINE)
}

async function count(client: VitrineClient): Promise<number> {
  let seen = 0
  for await (const _ of client.list('/api/projects?limit=100')) seen++
  return seen
}

async function timed(request: () => Promise<unknown>): Promise<number> {
  const from = performance.now()
  await request()
  return performance.now() - from
}

function keep(round: number, figures: number[], ms: number): void {
  if (round >= 0) figures.push(ms)
}
