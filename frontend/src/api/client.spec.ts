import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allPages, api, ApiProblem, apiUrl, setCsrfToken, whenSignedOut } from './client'

const answer = (body: unknown, init: ResponseInit = {}): Response => new Response(body === null ? null : JSON.stringify(body), init)
const problem = { code: 'validation-failed', status: 400, title: 'Not valid', detail: 'Change it.', requestId: 'r1' }

/** Replaces fetch by answers in turn and records what was asked. */
function fakeFetch(...answers: (Response | Error)[]) {
  const calls: { url: string; init: RequestInit }[] = []
  vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
    calls.push({ url, init })
    const next = answers.shift()
    if (!next || next instanceof Error) throw next ?? new Error('no more answers')
    return next
  })
  return calls
}
const failure = async (call: Promise<unknown>): Promise<ApiProblem> => {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ApiProblem)) throw new Error('expected a problem')
  return error
}

beforeEach(() => setCsrfToken(''))
afterEach(() => {
  vi.unstubAllGlobals()
  whenSignedOut(() => {})
})

describe('api', () => {
  it('sends the CSRF token with unsafe calls only', async () => {
    const calls = fakeFetch(answer({}), answer({}), answer(null, { status: 204 }))
    setCsrfToken('secret')
    await api.get('/projects')
    await api.post('/projects', { title: 'a' })
    await api.send('DELETE', '/projects/1')
    expect(calls.map(({ init }) => new Headers(init.headers).get('x-csrf-token'))).toEqual([null, 'secret', 'secret'])
    expect(calls[1]?.init.body).toBe('{"title":"a"}')
    // A body-less call must not claim to carry JSON: the portal would try to parse it.
    expect(new Headers(calls[2]?.init.headers).get('content-type')).toBeNull()
  })

  it('makes a problem document an ApiProblem, with the errors of its fields', async () => {
    fakeFetch(answer({ ...problem, errors: [{ path: 'title', message: 'too long' }, { no: 'message' }, null] }, { status: 400 }))
    const error = await failure(api.post('/projects', {}))
    expect(error).toMatchObject({ code: 'validation-failed', status: 400, detail: 'Change it.', requestId: 'r1' })
    expect(error.errors).toEqual([{ path: 'title', message: 'too long' }])
  })

  it('says that a foreign answer is none of the portal, and keeps the request id of the header', async () => {
    fakeFetch(new Response('<html>502</html>', { status: 502, headers: { 'x-request-id': 'r2', 'retry-after': '7' } }))
    expect(await failure(api.get('/projects'))).toMatchObject({ code: 'unexpected-response', status: 502, requestId: 'r2', retryAfter: 7 })
  })

  it('tells an unreachable portal from a refusal', async () => {
    fakeFetch(new TypeError('Failed to fetch'))
    expect(await failure(api.get('/projects'))).toMatchObject({ code: 'network-unreachable', status: 0 })
  })

  it('does not call a cancelled call a problem', async () => {
    fakeFetch(new DOMException('aborted', 'AbortError'))
    await expect(api.get('/projects')).rejects.toThrow('aborted')
  })

  it('reports the end of a session, but not a wrong password', async () => {
    const ended = vi.fn()
    whenSignedOut(ended)
    fakeFetch(answer(problem, { status: 401 }), answer(problem, { status: 401 }))
    await failure(api.post('/auth/login', {}))
    expect(ended).not.toHaveBeenCalled()
    await failure(api.get('/projects'))
    expect(ended).toHaveBeenCalledTimes(1)
  })
})

describe('apiUrl', () => {
  it('leaves out what is empty and encodes the rest', () => {
    expect(apiUrl('/projects', { q: 'a&b', task: '', cursor: null, limit: 24 })).toBe('/api/projects?q=a%26b&limit=24')
    expect(apiUrl('/projects')).toBe('/api/projects')
  })
})

describe('allPages', () => {
  it('reads page after page', async () => {
    const calls = fakeFetch(answer({ items: [1, 2], nextCursor: 'c' }), answer({ items: [3], nextCursor: null }))
    expect(await allPages<number>('/datasets', { projectId: 'p' })).toEqual([1, 2, 3])
    expect(calls[1]?.url).toContain('cursor=c')
  })
})
