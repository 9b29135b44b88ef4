import { randomBytes } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { run, type RunResult } from '../stack/exec.ts'
import { readJson, remove } from '../stack/files.ts'
import { profileDir, root } from '../stack/paths.ts'
import { freePort } from '../stack/ports.ts'
import { buildPortal, portalReady, portalService } from '../stack/portal.ts'
import { Service } from '../stack/processes.ts'
import { Progress } from '../stack/progress.ts'
import { waitFor } from '../stack/time.ts'
import type { Tally } from '../test/results.ts'
import { tallyReport, type Report } from './report.ts'
import type { TestEnvironment } from '../test/stack.ts'
import { Accounts, type Credentials } from './accounts.ts'
import { configurationOf, makeFixtures, realPath, type Dictionaries } from './fixtures.ts'
import { Gate, type Operation } from './gate.ts'
import { ensureSchemathesis } from './schemathesis.ts'

/** How long and which way to fuzz. */
export interface FuzzOptions {
  /** Seconds for each run, at random; without it every run has the same bounded number of requests, each time the same. */
  seconds?: number
  seed?: number
  /** Only these runs. */
  only?: string[]
}

interface Run {
  name: string
  /** Who it is; null for nobody. */
  as: { role: 'user' | 'admin'; via: 'token' | 'session' } | null
  /** Only operations at these paths: what tokens cannot do needs a session. */
  paths?: string
}

const RUNS: Run[] = [
  { name: 'anonymous', as: null },
  { name: 'user', as: { role: 'user', via: 'token' } },
  { name: 'admin', as: { role: 'admin', via: 'token' } },
  { name: 'session', as: { role: 'user', via: 'session' }, paths: '^/api/(auth|iam/(sessions|tokens))' },
]
const CHECKS = 'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance'
const SEED = 20_260_101
const EXAMPLES = 8
// A run that takes longer hangs.
const LONGEST_MS = 600_000

const document = join(root, 'backend/openapi.json')
const folder = join(profileDir('test'), 'fuzz')

/**
 * Runs schemathesis over the OpenAPI document against a portal of its own, as everyone that there is.
 * @returns how many operations of all runs passed and failed; what failed is printed with the request that shows it
 * @throws when the portal does not start or schemathesis cannot be run
 */
export async function fuzz(environment: TestEnvironment, options: FuzzOptions = {}): Promise<Tally> {
  const progress = new Progress()
  const program = await ensureSchemathesis(progress)
  await buildPortal(progress)
  remove(folder)
  mkdirSync(join(folder, 'logs'), { recursive: true })
  const admin = { username: 'keeper', password: `Keeper-${randomBytes(12).toString('base64url')}` }
  const port = await freePort()
  const service = new Service(
    portalService(portalEnvironment(environment, port, admin)),
    { run: join(folder, 'run'), logs: join(folder, 'logs'), marker: folder },
    () => undefined,
  )
  service.start()
  try {
    await progress.step('portal to fuzz', () =>
      waitFor(() => portalReady(port), { what: 'the portal', timeoutMs: 60_000, check: service.assertRunning }),
    )
    const fuzzing = new Fuzzing(program, `http://127.0.0.1:${port}`, admin, options, progress)
    const tally = await fuzzing.runAll()
    service.assertRunning()
    return tally
  } finally {
    await service.stop()
  }
}

class Fuzzing {
  private readonly operations: Operation[]
  private readonly accounts: Accounts
  private readonly program: string
  private readonly upstream: string
  private readonly options: FuzzOptions
  private readonly progress: Progress
  private decoy = ''
  /** Operations whose edges somebody with an account tried who also carried them out: what is wrong with a request is told before it matters who sends it. */
  private readonly covered = new Set<string>()

  constructor(program: string, upstream: string, admin: { username: string; password: string }, options: FuzzOptions, progress: Progress) {
    const { paths, components } = JSON.parse(readFileSync(document, 'utf8')) as OpenApi
    this.operations = Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { operationId }]) => ({ id: operationId, method, path })),
    )
    const scopes = components.schemas['CreateTokenDto']?.properties['scopes']?.items?.enum ?? []
    this.accounts = new Accounts({ url: upstream, admin, scopes })
    this.program = program
    this.upstream = upstream
    this.options = options
    this.progress = progress
  }

  async runAll(): Promise<Tally> {
    const { only } = this.options
    const runs = RUNS.filter(({ name }) => only === undefined || only.includes(name))
    const { user } = await this.accounts.asKeeper<{ user: { id: string } }>('POST', '/api/iam/users', { username: 'fuzz-decoy' })
    this.decoy = user.id
    const sum: Tally = { passed: 0, failed: 0, skipped: 0 }
    const reached = new Map<string, Set<number>>()
    // Two at once: the fuzzer and the portal take a processor each in turn.
    for (let at = 0; at < runs.length; at += 2) {
      for (const { tally, gate } of await Promise.all(runs.slice(at, at + 2).map((each) => this.runOne(each)))) {
        sum.passed += tally.passed
        sum.failed += tally.failed
        for (const [id, statuses] of gate.answered) reached.set(id, new Set([...(reached.get(id) ?? []), ...statuses.keys()]))
      }
    }
    if (only === undefined) this.requireAllReached(reached, sum)
    return sum
  }

  /** An operation that was never sent is one that was not tested. */
  private requireAllReached(reached: Map<string, Set<number>>, sum: Tally): void {
    const never = this.operations.filter(({ id }) => !reached.has(id)).map(({ id }) => id)
    const refused = this.operations.filter(({ id }) => !wentThrough(reached.get(id) ?? new Set())).map(({ id }) => id)
    const succeeded = this.operations.length - refused.length
    this.progress.line(
      `${this.operations.length} operations, ${succeeded} of them were also carried out${refused.length > 0 ? `; only refused: ${refused.join(', ')}` : ''}`,
    )
    if (never.length > 0) this.progress.line(`never sent: ${never.join(', ')}`)
    sum.failed += never.length
  }

  private async runOne({ name, as, paths }: Run): Promise<{ tally: Tally; gate: Gate }> {
    const renew = as && (() => this.accounts.make(as.role, as.via))
    const first = renew ? await renew() : null
    const dictionaries = await this.fixtures(first, as?.via === 'session')
    const ready = first === null ? [] : [first]
    const gate = new Gate({
      upstream: this.upstream,
      operations: this.operations,
      renew: renew && (async () => ready.pop() ?? renew()),
      swap: { id: () => this.accounts.keeperId, by: this.decoy },
    })
    const address = await gate.open()
    const report = join(folder, `${name}.json`)
    const configuration = join(folder, `${name}.toml`)
    const mine = this.operations.filter(({ path }) => paths === undefined || new RegExp(paths).test(path))
    const refused = await refusedOutright(address, mine, as === null ? dictionaries : {})
    gate.answered.clear()
    const known = as === null ? [] : [...this.covered]
    writeFileSync(configuration, configurationOf(dictionaries, { refused, known }))
    const { seconds, seed = SEED } = this.options
    const args = [
      ...['--config-file', configuration, '--no-color', 'run', document, '--url', address, '--checks', CHECKS, '--request-timeout', '20'],
      ...['--continue-on-failure', '--generation-with-security-parameters', 'false', '--warnings', 'off'],
      ...['--report', 'json', '--report-json-path', report, '--seed', String(seed), '--max-examples', String(EXAMPLES)],
      ...(seconds === undefined
        ? ['--generation-deterministic', '--phases', 'examples,coverage,fuzzing']
        : ['--max-time', String(seconds), '--generation-database', 'none']),
      ...(paths === undefined ? [] : ['--include-path-regex', paths]),
    ]
    let result: RunResult
    try {
      result = await this.progress.step(`schemathesis as ${name}`, () =>
        run(this.program, args, {
          cwd: folder,
          // Else it looks through the whole environment for a proxy, for each request.
          env: { ...process.env, no_proxy: '127.0.0.1' },
          tolerate: true,
          timeoutMs: seconds === undefined ? LONGEST_MS : seconds * 1000 + LONGEST_MS,
          log: join(folder, `${name}.log`),
        }),
      )
    } finally {
      await gate.close()
    }
    if (as !== null) for (const [id, statuses] of gate.answered) if (wentThrough(statuses)) this.covered.add(id)
    return { tally: this.judge(name, result, report, gate), gate }
  }

  private judge(name: string, result: RunResult, report: string, gate: Gate): Tally {
    const calls = [...gate.answered.values()].flatMap((statuses) => [...statuses])
    const count = (from: number, to: number) =>
      calls.reduce((sum, [status, times]) => (status >= from && status < to ? sum + times : sum), 0)
    this.progress.line(
      `${name}: ${count(0, 600)} requests, ${count(0, 400)} carried out, ${count(400, 500)} refused, ${count(500, 600)} server errors` +
        (gate.renewals > 0 ? `, ${gate.renewals} times a new account` : ''),
    )
    for (const line of new Set(gate.serverErrors)) this.progress.plain(`  server error: ${line}`)
    const tally = tallyReport(readJson<Report>(report), result.code, new Set(gate.serverErrors).size)
    if (tally.failed > 0)
      this.progress.plain(`${result.stdout}\n${result.stderr}\nThe requests of ${name}, and all that was said: ${folder}/${name}.log`)
    return tally
  }

  private async fixtures(credentials: Credentials | null, none: boolean): Promise<Dictionaries> {
    if (none) return { passwords: [this.accounts.password] }
    if (credentials) return makeFixtures(this.accounts, credentials, 'private')
    return makeFixtures(this.accounts, await this.accounts.make('user', 'token'), 'public')
  }
}

interface OpenApi {
  paths: Record<string, Record<string, { operationId: string }>>
  components: { schemas: Record<string, { properties: Record<string, { items?: { enum?: string[] } }> }> }
}

/**
 * The operations that are refused to this role whatever it asks: an empty request gets the answer that every request would get. Nobody is told that what cannot
 * be read is not there, so without an account it has to be asked for what is there, and what a reading one answers depends on that.
 */
async function refusedOutright(address: string, operations: Operation[], dictionaries: Dictionaries): Promise<string[]> {
  const refused: string[] = []
  for (const { id, method, path } of operations) {
    const answer = await fetch(address + realPath(path, dictionaries), { method: method.toUpperCase(), redirect: 'manual' })
    const text = await answer.text()
    const says = (code: string): boolean => text.includes(`"code":"${code}"`)
    if (says('not-allowed') || (says('not-signed-in') && !(method === 'get' && path.includes('{')))) refused.push(id)
  }
  return refused
}

const wentThrough = (statuses: { keys: () => Iterable<number> }): boolean => [...statuses.keys()].some((status) => status < 400)

function portalEnvironment(
  environment: TestEnvironment,
  port: number,
  admin: { username: string; password: string },
): Record<string, string> {
  const mongo = new URL(environment['TEST_MONGODB_URI'] ?? '')
  mongo.pathname = `/fuzz_${process.pid}`
  return {
    VITRINE_PORT: String(port),
    VITRINE_PUBLIC_URL: `http://localhost:${port}`,
    VITRINE_SECRET: randomBytes(36).toString('base64url'),
    VITRINE_ADMIN_USERNAME: admin.username,
    VITRINE_ADMIN_PASSWORD: admin.password,
    VITRINE_PUBLIC_ACCESS: 'on',
    VITRINE_LOG_LEVEL: 'error',
    // The gate says for each request another address.
    VITRINE_TRUSTED_PROXIES: '1',
    VITRINE_RATE_LIMIT_ACCOUNT: '0',
    VITRINE_RATE_LIMIT_TOKEN: '0',
    VITRINE_RATE_LIMIT_ADDRESS: '0',
    MONGODB_URI: mongo.href,
    S3_ENDPOINT: environment['TEST_S3_ENDPOINT'] ?? '',
    S3_ACCESS_KEY: environment['TEST_S3_ACCESS_KEY'] ?? '',
    S3_SECRET_KEY: environment['TEST_S3_SECRET_KEY'] ?? '',
    S3_REGION: environment['TEST_S3_REGION'] ?? '',
    S3_BUCKET: environment['TEST_S3_BUCKET'] ?? '',
    // No cluster: apps are stored, none is deployed.
    KUBECONFIG: '',
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, 'cheap-passwords.ts')).href}`,
  }
}
