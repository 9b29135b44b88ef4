import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sleep } from '../stack/time.ts'

/** Where to sign in, and as whom: what the portal writes for its first admin. */
export interface Credentials {
  url: string
  username: string
  password: string
}

/**
 * Reads `.vitrine/credentials.json` of a checkout; VITRINE_URL, VITRINE_USERNAME and VITRINE_PASSWORD come before what stands there.
 * @throws with what to do when neither says enough
 */
export function readCredentials(checkout: string): Credentials {
  const given = { url: process.env['VITRINE_URL'], username: process.env['VITRINE_USERNAME'], password: process.env['VITRINE_PASSWORD'] }
  const file = join(checkout, '.vitrine/credentials.json')
  const written = given.url && given.username && given.password ? {} : readWritten(file)
  const url = given.url || written.url
  const username = given.username || written.username
  const password = given.password || written.password
  if (!url || !username || !password) {
    throw new Error(
      `Nobody to sign in as: start the portal with \`make up\`, which writes ${file}, or set VITRINE_URL, VITRINE_USERNAME and VITRINE_PASSWORD.`,
    )
  }
  return { url: url.replace(/\/$/, ''), username, password }
}

function readWritten(file: string): Partial<Credentials> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Partial<Credentials>
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {}
    throw error
  }
}

/** Body of an error, as every route answers it (RFC 9457). */
export interface Problem {
  status: number
  code: string
  title: string
  detail: string
  requestId?: string
  errors?: { path: string; message: string }[]
}

/** The portal refused; the message says why, in its own words. */
export class ProblemError extends Error {
  readonly problem: Problem

  constructor(request: string, problem: Problem) {
    const fields = (problem.errors ?? []).map(({ path, message }) => `\n  ${path}: ${message}`).join('')
    super(`${request}: ${problem.status} ${problem.code}: ${problem.detail}${fields}`)
    this.problem = problem
  }
}

export function isProblem(error: unknown, code: string): error is ProblemError {
  return error instanceof ProblemError && error.problem.code === code
}

/** Makes a problem of an answer that is none, such as a proxy's page. */
async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  const isOurs = response.headers.get('content-type')?.includes('application/problem+json') ?? false
  if (isOurs) return JSON.parse(text) as Problem
  return { status: response.status, code: 'unknown', title: response.statusText, detail: text.slice(0, 300) }
}

/** How often an answer 503 or 429 is waited out, as its Retry-After says. */
const maxRetries = 5

/** One signed-in user of the portal, by session cookie as a browser or by bearer token as a script. */
export class VitrineClient {
  readonly url: string
  readonly #headers: Record<string, string>

  private constructor(url: string, headers: Record<string, string>) {
    this.url = url
    this.#headers = headers
  }

  /** Signs in with name and password. @throws ProblemError when they are refused */
  static async signIn({ url, username, password }: Credentials): Promise<VitrineClient> {
    const anonymous = new VitrineClient(url, {})
    const response = await anonymous.send('POST', '/api/auth/login', { username, password })
    const { csrfToken } = (await response.json()) as { csrfToken: string }
    const cookie = response.headers.getSetCookie().map((line) => line.split(';')[0])
    return new VitrineClient(url, { cookie: cookie.join('; '), 'x-csrf-token': csrfToken })
  }

  static withToken(url: string, token: string): VitrineClient {
    return new VitrineClient(url, { authorization: `Bearer ${token}` })
  }

  async get<T>(path: string): Promise<T> {
    return (await (await this.send('GET', path)).json()) as T
  }

  async post<T>(path: string, body?: object): Promise<T> {
    return (await (await this.send('POST', path, body)).json()) as T
  }

  async put<T>(path: string, body: object): Promise<T> {
    return (await (await this.send('PUT', path, body)).json()) as T
  }

  async patch<T>(path: string, body: object): Promise<T> {
    return (await (await this.send('PATCH', path, body)).json()) as T
  }

  /** Whatever the answer carries is dropped: some deletions answer 204, some 202. */
  async delete(path: string): Promise<void> {
    await (await this.send('DELETE', path)).body?.cancel()
  }

  /** All items of a list, page after page. `path` may have a query already. */
  async *list<T>(path: string): AsyncGenerator<T> {
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? '' : `${path.includes('?') ? '&' : '?'}cursor=${encodeURIComponent(cursor)}`
      const page: { items: T[]; nextCursor: string | null } = await this.get(path + query)
      yield* page.items
      cursor = page.nextCursor
    } while (cursor !== null)
  }

  /**
   * One request. An answer 429 or 503 is tried again as long as its Retry-After is short. @throws ProblemError for any other answer that is not 2xx
   * @param path below the portal's address, as `/api/projects`
   */
  async send(method: string, path: string, body?: object, options: RequestOptions = {}): Promise<Response> {
    for (let attempt = 0; ; attempt++) {
      const response = await this.#fetch(path, {
        method,
        headers: { ...this.#headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...options.headers },
        body: body === undefined ? null : JSON.stringify(body),
        signal: options.signal ?? null,
        redirect: 'manual',
      })
      if (response.ok || response.status === 302) return response
      const wait = Number(response.headers.get('retry-after') ?? NaN)
      const mayRetry = (response.status === 503 || response.status === 429) && wait <= 10 && attempt < maxRetries
      if (!mayRetry) throw new ProblemError(`${method} ${path}`, await problemOf(response))
      await response.body?.cancel()
      await sleep(wait * 1000)
    }
  }

  /** Says who did not answer: fetch alone says "fetch failed". */
  async #fetch(path: string, init: RequestInit): Promise<Response> {
    try {
      return await fetch(this.url + path, init)
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      const reason = error.cause instanceof Error ? error.cause.message : error.message
      throw new Error(`${this.url} does not answer: ${reason}`, { cause: error })
    }
  }
}

export interface RequestOptions {
  headers?: Record<string, string>
  signal?: AbortSignal
}
