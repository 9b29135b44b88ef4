import { sleep } from '../stack/time.ts'
import { fetchApp } from './app.ts'
import { ProblemError, type VitrineClient } from './http.ts'

/** Where the load goes, and who looks at the cluster afterwards. */
export interface ChurnOptions {
  client: VitrineClient
  projectId: string
  /** An image that answers the variable MESSAGE on its port 8080. */
  image: string
  /** The instance whose objects are in the cluster, as in their label `vitrine.dev/instance`. */
  instance: string
  /** Asks the cluster as its admin. @returns what kubectl printed */
  kubectl: (...args: string[]) => Promise<string>
  /** Apps that exist at the same time. */
  apps?: number
  /** Milliseconds between two requests of each worker. */
  pauseMs?: number
}

interface EngineBody {
  id: string
  projectId: string
  name: string
  url: string
  generation: number
  revision: number
  env: Record<string, string> | null
  status: { phase: string; message: string }
}

/** What was acknowledged last of an app: it answers this message, from this generation on. */
interface Known {
  id: string
  name: string
  url: string
  generation: number
  revision: number
  message: string
  changedAt: number
}

const WORKERS = 2
// A revision that was not given the time to start says nothing of the one that follows.
const REST_MS = 3_000
// What it is, the app and the project that it is labelled with, and since when it is on its way out.
const COLUMNS =
  '{range .items[*]}{.kind} {.metadata.namespace}/{.metadata.name}{"\\t"}{.metadata.labels.vitrine\\.dev/engine}{"\\t"}' +
  '{.metadata.labels.vitrine\\.dev/project}{"\\t"}{.metadata.deletionTimestamp}{"\\n"}{end}'
const MADE_OF_APPS =
  'services.serving.knative.dev,configurations.serving.knative.dev,routes.serving.knative.dev,revisions.serving.knative.dev,' +
  'deployments,replicasets,services,pods,secrets,ingresses,httproutes.gateway.networking.k8s.io,namespaces'

/**
 * Deploys, changes and deletes apps all the time, whatever happens to the portal meanwhile, and remembers what was acknowledged. A request without an
 * answer may have been carried out or not: that is looked up, and both are right.
 */
export class Churn {
  /** Requests by how they ended. */
  readonly counts = { deploys: 0, changes: 0, deletes: 0, unanswered: 0 }
  /** What was acknowledged and is not so; each in words. */
  readonly lost: string[] = []
  readonly #options: ChurnOptions
  readonly #apps = new Map<string, Known>()
  readonly #deleted = new Map<string, string>()
  /** The apps of each worker: no other one changes them. */
  readonly #shares = Array.from({ length: WORKERS }, () => new Set<string>())
  #running: Promise<void>[] = []
  #stopped = false
  #serial = 0

  constructor(options: ChurnOptions) {
    this.#options = options
  }

  /** How many requests were acknowledged. */
  get acknowledged(): number {
    const { deploys, changes, deletes } = this.counts
    return deploys + changes + deletes
  }

  start(): void {
    this.#stopped = false
    this.#running = this.#shares.map((mine, worker) => this.#work(mine, worker))
    // Told by `stop`.
    for (const worker of this.#running) worker.catch(() => undefined)
  }

  /** Ends; what has no answer yet is found out first. @throws when a request was refused, which none should be */
  async stop(): Promise<void> {
    this.#stopped = true
    await Promise.all(this.#running)
  }

  /**
   * Compares what was acknowledged with what the portal says, what is in the cluster and what the apps answer.
   * @returns what is not (yet) as it should be, in words
   */
  async differences(): Promise<string[]> {
    const { client, projectId } = this.#options
    const engines: EngineBody[] = []
    for await (const engine of client.list<EngineBody>('/api/engines?limit=100')) engines.push(engine)
    const found = new Map(engines.map((engine) => [engine.id, engine]))
    const apps = [...this.#apps.values()].map((app) => this.#differenceOf(app, found.get(app.id)))
    const zombies = [...this.#deleted].filter(([id]) => found.has(id)).map(([, name]) => `${name} was deleted and is still known`)
    const strangers = engines
      .filter((engine) => engine.projectId === projectId && !this.#apps.has(engine.id) && !this.#deleted.has(engine.id))
      .map(({ name }) => `nobody asked for ${name}`)
    return [...(await Promise.all(apps)).flat(), ...zombies, ...strangers, ...(await this.#orphans(new Set(found.keys())))]
  }

  /** Waits until nothing differs any more. @returns milliseconds that it took @throws Error with what still differs after `timeoutMs` */
  async converged(timeoutMs: number): Promise<number> {
    const from = performance.now()
    for (;;) {
      let left: string[]
      try {
        left = await this.differences()
      } catch (error) {
        if (error instanceof ProblemError && error.problem.status < 500) throw error
        left = [error instanceof Error ? error.message : String(error)]
      }
      const took = performance.now() - from
      if (left.length === 0) return took
      if (took > timeoutMs) throw new Error(`not as it should be after ${(took / 1000).toFixed(1)} s:\n  ${left.join('\n  ')}`)
      await sleep(250)
    }
  }

  async #differenceOf({ name, url, generation, message }: Known, engine: EngineBody | undefined): Promise<string[]> {
    if (!engine) return [`${name} was acknowledged and is not known`]
    const { phase } = engine.status
    if (engine.generation !== generation || engine.env?.['MESSAGE'] !== message)
      return [`${name} is at generation ${engine.generation} "${engine.env?.['MESSAGE']}", not ${generation} "${message}"`]
    if (phase !== 'Running' && phase !== 'Idle') return [`${name} is ${phase}: ${engine.status.message}`]
    try {
      const { status, body } = await fetchApp(url, { timeoutMs: 5_000 })
      return status === 200 && body.trim() === message ? [] : [`${name} answers ${status} "${body.trim().slice(0, 80)}", not "${message}"`]
    } catch (error) {
      return [`${name} does not answer: ${error instanceof Error ? error.message : String(error)}`]
    }
  }

  /** What is in the cluster and belongs to nothing; what is already on its way out does not count. */
  async #orphans(engines: ReadonlySet<string>): Promise<string[]> {
    const { client, kubectl, instance } = this.#options
    const projects = new Set<string>()
    for await (const { id } of client.list<{ id: string }>('/api/projects?limit=100')) projects.add(id)
    const answer = await kubectl('get', MADE_OF_APPS, '-A', '-l', `vitrine.dev/instance=${instance}`, '-o', `jsonpath=${COLUMNS}`)
    return answer.split('\n').flatMap((line) => {
      const [place = '', engine = '', project = '', leaving = ''] = line.split('\t')
      const known = engine === '' ? projects.has(project) : engines.has(engine)
      return place === '' || leaving !== '' || known ? [] : [`${place} belongs to nothing`]
    })
  }

  async #work(mine: Set<string>, worker: number): Promise<void> {
    const { apps = 6, pauseMs = 500 } = this.#options
    while (!this.#stopped) {
      if (mine.size < apps / WORKERS) await this.#deploy(mine)
      else {
        const [oldest] = [...mine].flatMap((id) => this.#apps.get(id) ?? []).sort((a, b) => a.changedAt - b.changedAt)
        // One in three goes, and makes room for another.
        if (oldest && performance.now() - oldest.changedAt > REST_MS)
          await ((this.acknowledged + worker) % 3 === 0 ? this.#delete(oldest, mine) : this.#change(oldest))
      }
      await sleep(pauseMs)
    }
  }

  async #deploy(mine: Set<string>): Promise<void> {
    const { client, projectId, image } = this.#options
    const name = `churn-${++this.#serial}`
    const message = `${name} says 1`
    const wanted = { projectId, name, image, port: 8080, env: { MESSAGE: message } }
    const answer = await this.#answer(() => client.post<EngineBody>('/api/engines', wanted))
    const engine = answer ?? (await this.#look(() => this.#byName(name)))
    if (answer) this.counts.deploys++
    if (!engine) return
    if (engine.generation !== 1) this.lost.push(`${name} began at generation ${engine.generation}`)
    this.#remember(engine, message)
    mine.add(engine.id)
  }

  async #change(app: Known): Promise<void> {
    const { client } = this.#options
    const { id, name, revision, generation } = app
    const message = `${name} says ${generation + 1}`
    const answer = await this.#answer(() => client.patch<EngineBody>(`/api/engines/${id}`, { revision, env: { MESSAGE: message } }))
    if (answer) {
      this.counts.changes++
      if (answer.generation !== generation + 1) this.lost.push(`${name} went from generation ${generation} to ${answer.generation}`)
      this.#remember(answer, message)
      return
    }
    const engine = await this.#look(() => this.#byId(id))
    const done = engine?.generation === generation + 1
    if (!engine || (!done && engine.generation !== generation))
      this.lost.push(`${name} was acknowledged at generation ${generation} and is at ${engine?.generation ?? 'none'}`)
    if (engine) this.#remember(engine, done ? message : app.message)
  }

  async #delete(app: Known, mine: Set<string>): Promise<void> {
    const { id, name } = app
    const answer = await this.#answer(async () => {
      await this.#options.client.delete(`/api/engines/${id}`)
      return true
    })
    if (answer) this.counts.deletes++
    else {
      const engine = await this.#look(() => this.#byId(id))
      if (engine && engine.status.phase !== 'Deleting') return this.#remember(engine, app.message)
    }
    this.#apps.delete(id)
    this.#deleted.set(id, name)
    mine.delete(id)
  }

  #remember({ id, name, url, generation, revision }: EngineBody, message: string): void {
    this.#apps.set(id, { id, name, url, generation, revision, message, changedAt: performance.now() })
  }

  /** The answer; null when there was none. @throws ProblemError when the request was refused */
  async #answer<T>(send: () => Promise<T>): Promise<T | null> {
    try {
      return await send()
    } catch (error) {
      // An error of the server may have come before or after what was asked was done.
      if (error instanceof ProblemError && error.problem.status < 500) throw error
      this.counts.unanswered++
      return null
    }
  }

  /** Asks until there is an answer. @throws ProblemError when it is refused */
  async #look<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask()
      } catch (error) {
        if (error instanceof ProblemError && error.problem.status < 500) throw error
        await sleep(100)
      }
    }
  }

  async #byId(id: string): Promise<EngineBody | null> {
    try {
      return await this.#options.client.get<EngineBody>(`/api/engines/${id}`)
    } catch (error) {
      if (error instanceof ProblemError && error.problem.status === 404) return null
      throw error
    }
  }

  async #byName(name: string): Promise<EngineBody | null> {
    const { client, projectId } = this.#options
    for await (const engine of client.list<EngineBody>(`/api/engines?projectId=${projectId}&limit=100`))
      if (engine.name === name) return engine
    return null
  }
}

/**
 * Makes a size the default that takes next to nothing, so that a small machine holds all the pods of a load, those on their way out too.
 * @param admin by a session: no token may change sizes
 */
export async function makeTinySize(admin: VitrineClient): Promise<void> {
  const memory = { memoryMiB: 16, memoryLimitMiB: 256 }
  await admin.post('/api/sizes', {
    id: 'tiny',
    title: 'Tiny',
    cpuMillis: 10,
    cpuLimitMillis: 1_000,
    ...memory,
    ephemeralMiB: 64,
    isDefault: true,
  })
}
