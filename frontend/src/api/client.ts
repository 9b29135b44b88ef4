/**
 * The one way to the portal's API: JSON in and out, the CSRF header on unsafe calls,
 * and every failure as an `ApiProblem`, whatever its shape was on the wire.
 */
import type { SignedInDto } from './generated'

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

/** A list is sent as the same parameter several times. */
export type Query = Record<string, string | number | boolean | readonly string[] | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  signal?: AbortSignal | undefined
}

const base = '/api'

/** What the rest of the page has to know of the session, told by the calls that notice it. */
export interface SessionListener {
  /** The portal no longer knows the session, or ended it. */
  onSignedOut?: (problem: ApiProblem) => void
  /** The session was refreshed; `session` says whose it is: in another tab someone else may have signed in meanwhile. */
  onRefreshed?: (session: SignedInDto) => void
  /** Nothing else is possible until the password is changed. */
  onPasswordRequired?: () => void
  /** A stream ended because its session did; the tab may have a newer one. */
  onDoubt?: () => void
}
let listener: SessionListener = {}

/** Sets who is told of what happens to the session; the one before is no longer told. */
export function listenToSession(next: SessionListener): void {
  listener = next
}

/** The address of an API path with its query; empty values are left out. */
export function apiUrl(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (typeof value === 'object' && value !== null) for (const one of value) parameters.append(key, one)
    else if (value !== undefined && value !== null && value !== '') parameters.set(key, String(value))
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

const csrfCookies = ['__Host-vitrine-csrf', 'vitrine_csrf']

/** The CSRF token as the cookie has it now: it is of the session that the browser will send, whichever tab opened that. */
export function csrfToken(): string {
  const cookies = new Map(
    globalThis.document.cookie.split(';').map((pair) => {
      const [name = '', ...value] = pair.trim().split('=')
      return [name, value.join('=')] as const
    }),
  )
  return csrfCookies.map((name) => cookies.get(name)).find(Boolean) ?? ''
}

/** An access cookie is good for 10 minutes; from this age on (milliseconds) it is worth replacing ahead of use. */
const oldAfter = 8 * 60_000
const stampKey = 'vitrine.session-refreshed'

/** When the cookies were made and for whom, as all tabs know it. */
function stamp(): string {
  try {
    return globalThis.localStorage.getItem(stampKey) ?? ''
  } catch {
    // Storage may be forbidden: then each tab refreshes for itself.
    return ''
  }
}

/** Remembers, for all tabs, that the session's cookies are new and whose they are. */
export function sessionIsFresh(userId: string): void {
  try {
    globalThis.localStorage.setItem(stampKey, `${Date.now()} ${userId}`)
  } catch {
    // See `stamp`.
  }
}

/** Whose session another tab has just opened or refreshed, from the storage event of that; null when it is about something else. */
export function sessionOwnerIn({ key, newValue }: Pick<StorageEvent, 'key' | 'newValue'>): string | null {
  return key === stampKey ? (newValue?.split(' ')[1] ?? null) : null
}

/** Whose session the cookies are of, as far as any tab knows; empty when none does. */
export const sessionOwner = (): string => stamp().split(' ')[1] ?? ''

/** Whether the access cookie may be too old for a request that cannot be repeated, such as a download link. */
export const sessionIsOld = (): boolean => Math.abs(Date.now() - Number(stamp().split(' ')[0])) > oldAfter

let refreshing: Promise<void> | null = null

async function refreshNow(stampBefore: string): Promise<void> {
  // While we waited for the lock another tab has done it: the cookies are those of all tabs.
  if (stamp() !== stampBefore) return
  let response: Response
  try {
    const headers = { accept: 'application/json', 'x-csrf-token': csrfToken() }
    response = await fetch(apiUrl('/auth/refresh'), { method: 'POST', headers, credentials: 'same-origin' })
  } catch (error) {
    throw asProblem(error)
  }
  if (!response.ok) {
    const problem = await problemFrom(response)
    // 403: the cookies do not belong together any more, which only a new sign-in can mend.
    if (problem.status === 401 || problem.status === 403) listener.onSignedOut?.(problem)
    throw problem
  }
  const session = (await response.json()) as SignedInDto
  sessionIsFresh(session.user.id)
  listener.onRefreshed?.(session)
}

/**
 * Gets new cookies for the session: once for all calls of this tab that need it, and one tab after the other.
 * Throws an `ApiProblem` when that is refused (then the session is over) or the portal is away.
 */
export function refreshSession(): Promise<void> {
  const before = stamp()
  // Undefined outside of a secure context, whatever the types say.
  const locks = globalThis.navigator.locks as LockManager | undefined
  refreshing ??= (locks ? locks.request('vitrine-session', () => refreshNow(before)) : refreshNow(before)).finally(() => {
    refreshing = null
  })
  return refreshing
}

/**
 * What a refused request means for the session, whichever way it was sent.
 * @returns whether the session was refreshed, so that the same request may be sent again
 */
export async function settleRefusal(problem: ApiProblem): Promise<boolean> {
  if (problem.code === 'session-stale') {
    await refreshSession()
    return true
  }
  if (problem.code === 'not-signed-in' || problem.code === 'session-reused') listener.onSignedOut?.(problem)
  if (problem.code === 'password-change-required') listener.onPasswordRequired?.()
  return false
}

/** The reason that the portal gives when a stream ends with its session. */
const signedOutReason = 'you are no longer signed in'

/** Tells, of the data of a stream's `end`, when it says that the session is over. */
export function settleStreamEnd(data: string): void {
  if (data.includes(signedOutReason)) listener.onDoubt?.()
}

async function send(method: string, path: string, options: Options, repeated = false): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (options.signal) init.signal = options.signal
  if (options.body !== undefined) {
    headers['content-type'] = 'application/json'
    init.body = JSON.stringify(options.body)
  }
  if (method !== 'GET') {
    const token = csrfToken()
    if (token) headers['x-csrf-token'] = token
  }
  let response: Response
  try {
    response = await fetch(apiUrl(path, options.query), init)
  } catch (error) {
    throw asProblem(error)
  }
  if (response.ok) return response
  const problem = await problemFrom(response)
  if (!repeated && (await settleRefusal(problem))) return send(method, path, options, true)
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
  put: <T>(path: string, body: unknown): Promise<T> => json<T>('PUT', path, { body }),
  patch: <T>(path: string, body: unknown): Promise<T> => json<T>('PATCH', path, { body }),
  /** For a removal that answers what is left. */
  delete: <T>(path: string): Promise<T> => json<T>('DELETE', path, {}),
  /** For calls whose answer carries nothing we read. */
  async send(method: 'POST' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<void> {
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
