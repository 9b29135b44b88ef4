/**
 * The one way to the portal's API: JSON in and out, the CSRF header on unsafe calls,
 * and every failure as an `ApiProblem`, whatever its shape was on the wire.
 */

export interface FieldProblem {
  /** Dotted path in the request, such as `title` or `tags.0`. */
  path: string
  message: string
}

interface ProblemInit {
  code: string
  status: number
  title?: string | undefined
  detail: string
  errors?: FieldProblem[] | undefined
  requestId?: string | undefined
  retryAfter?: number | undefined
}

/** A failed call (RFC 9457). `status` 0 means that no answer came back at all. */
export class ApiProblem extends Error {
  readonly code: string
  readonly status: number
  readonly title: string
  readonly detail: string
  readonly errors: FieldProblem[]
  readonly requestId: string
  /** Seconds to wait before trying again, where the portal said so. */
  readonly retryAfter: number | null

  constructor(init: ProblemInit) {
    super(init.detail || init.title || init.code)
    this.name = 'ApiProblem'
    this.code = init.code
    this.status = init.status
    this.title = init.title ?? ''
    this.detail = init.detail
    this.errors = init.errors ?? []
    this.requestId = init.requestId ?? ''
    this.retryAfter = init.retryAfter ?? null
  }
}

/** Codes that are made here because no problem document arrived. The texts are in i18n under `problem`. */
export const localCodes = {
  unreachable: 'network-unreachable',
  unexpected: 'unexpected-response',
} as const

export type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal | undefined
}

const base = '/api'
let csrfToken = ''
let onSignedOut: (problem: ApiProblem) => void = () => {}

/** Keeps the token of the current session for the header `X-CSRF-Token`; empty when signed out. */
export function setCsrfToken(token: string): void {
  csrfToken = token
}

/** Called when a call that needs a session is answered with 401. */
export function whenSignedOut(listener: (problem: ApiProblem) => void): void {
  onSignedOut = listener
}

/** The address of an API path with its query; empty values are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value))
  }
  const text = parameters.toString()
  return `${base}${path}${text ? `?${text}` : ''}`
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function fieldProblems(value: unknown): FieldProblem[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((entry: unknown) => {
    if (!isRecord(entry)) return []
    const message = text(entry['message'])
    return message === undefined ? [] : [{ path: text(entry['path']) ?? '', message }]
  })
}

/** Reads any failed response as a problem; a body that is none (a proxy's page) becomes `unexpected-response`. */
export async function problemFrom(response: Response): Promise<ApiProblem> {
  const requestId = response.headers.get('x-request-id') ?? undefined
  const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
  const retryAfter = Number.isFinite(seconds) ? seconds : undefined
  let body: unknown = null
  try {
    body = await response.json()
  } catch (error) {
    // Not JSON (SyntaxError) or cut off on the way (TypeError): both are told by the status alone.
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
  }
  const code = isRecord(body) ? text(body['code']) : undefined
  if (!isRecord(body) || code === undefined) {
    return new ApiProblem({
      code: localCodes.unexpected,
      status: response.status,
      detail: '',
      requestId,
      retryAfter,
    })
  }
  return new ApiProblem({
    code,
    status: response.status,
    title: text(body['title']),
    detail: text(body['detail']) ?? '',
    errors: fieldProblems(body['errors']),
    requestId: text(body['requestId']) ?? requestId,
    retryAfter,
  })
}

/** A thrown value as a problem. Cancelled calls stay what they are and are thrown on. */
export function asProblem(error: unknown): ApiProblem {
  if (error instanceof ApiProblem) return error
  if (isAbort(error)) throw error
  return new ApiProblem({
    code: localCodes.unreachable,
    status: 0,
    detail: '',
  })
}

/** Whether a call ended because we cancelled it. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError'
}

async function send(method: string, path: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (options.signal) init.signal = options.signal
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }
  if (method !== 'GET' && csrfToken) headers['x-csrf-token'] = csrfToken
  let response: Response
  try {
    response = await fetch(apiUrl(path, options.query), init)
  } catch (error) {
    throw asProblem(error)
  }
  if (response.ok) return response
  const problem = await problemFrom(response)
  if (problem.status === 401 && !path.startsWith('/auth/')) onSignedOut(problem)
  throw problem
}

async function json<T>(method: string, path: string, options: Options): Promise<T> {
  const response = await send(method, path, options)
  try {
    return (await response.json()) as T
  } catch (error) {
    if (isAbort(error)) throw error
    throw new ApiProblem({
      code: localCodes.unexpected,
      status: response.status,
      detail: '',
      requestId: response.headers.get('x-request-id') ?? undefined,
    })
  }
}

/** Calls answer the parsed body or throw an `ApiProblem`. */
export const api = {
  get: <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> => json<T>('GET', path, { query, signal }),
  post: <T>(path: string, body?: unknown): Promise<T> => json<T>('POST', path, { body }),
  patch: <T>(path: string, body: unknown): Promise<T> => json<T>('PATCH', path, { body }),
  /** For calls whose answer carries nothing we read. */
  async send(method: 'POST' | 'DELETE', path: string, body?: unknown): Promise<void> {
    await send(method, path, { body })
  },
}

/** All items of a list that answers in pages, one page after the other; for lists that a project keeps short. */
export async function allPages<T>(path: string, query: Query = {}): Promise<T[]> {
  const items: T[] = []
  let cursor: string | null = null
  do {
    const page: { items: T[]; nextCursor: string | null } = await api.get(path, { ...query, cursor, limit: 100 })
    items.push(...page.items)
    cursor = page.nextCursor
  } while (cursor !== null)
  return items
}
