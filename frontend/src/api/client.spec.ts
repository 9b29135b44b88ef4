import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { allPages, api, ApiProblem, apiUrl, csrfToken, listenToSession, sessionIsFresh, sessionIsOld, sessionOwnerIn } from './client'

const answer = (body: unknown, init: ResponseInit = {}): Response => new Response(body === null ? null : JSON.stringify(body), init)
const problem = { code: 'validation-failed', status: 400, title: 'Not valid', detail: 'Change it.', requestId: 'r1' }

const refusal = (code: string, status = 401): Response => answer({ ...problem, code, status }, { status })
const me = { user: { id: 'u1' }, csrfToken: 'c' }

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

const setCookie = (value: string): void => {
  document.cookie = value
}
beforeEach(() => {
  setCookie('vitrine_csrf=; max-age=0')
  localStorage.clear()
})
afterEach(() => {
  vi.unstubAllGlobals()
  listenToSession({})
})

describe('api', () => {
  it('sends the CSRF token with unsafe calls only', async () => {
    const calls = fakeFetch(answer({}), answer({}), answer(null, { status: 204 }))
    setCookie('vitrine_csrf=secret')
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
    listenToSession({ onSignedOut: ended })
    fakeFetch(refusal('invalid-credentials'), refusal('not-signed-in'))
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

describe('a session that has to be refreshed', () => {
  const urls = (calls: { url: string }[]): string[] => calls.map(({ url }) => url)

  it('is refreshed once for all calls that need it, with the token of the cookie, and they are repeated', async () => {
    let fresh = false
    const calls: string[] = []
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) => {
      calls.push(`${init.method} ${url} ${new Headers(init.headers).get('x-csrf-token')}`)
      await Promise.resolve()
      if (url === '/api/auth/refresh') {
        fresh = true
        return answer(me)
      }
      return fresh ? answer({ ok: url }) : refusal('session-stale')
    })
    setCookie('vitrine_csrf=now')
    const refreshed = vi.fn()
    listenToSession({ onRefreshed: refreshed })
    expect(await Promise.all([api.get('/a'), api.post('/b'), api.get('/c')])).toHaveLength(3)
    expect(calls.filter((call) => call === 'POST /api/auth/refresh now')).toHaveLength(1)
    expect(calls).toHaveLength(7)
    expect(refreshed).toHaveBeenCalledExactlyOnceWith(me)
    expect(sessionIsOld()).toBe(false)
  })

  it('repeats a call only once', async () => {
    const calls = fakeFetch(refusal('session-stale'), answer(me), refusal('session-stale'))
    expect(await failure(api.get('/a'))).toMatchObject({ code: 'session-stale' })
    expect(urls(calls)).toEqual(['/api/a', '/api/auth/refresh', '/api/a'])
  })

  it('is over when the refresh is refused, and says why', async () => {
    const ended = vi.fn()
    listenToSession({ onSignedOut: ended })
    fakeFetch(refusal('session-stale'), refusal('session-reused'))
    expect(await failure(api.get('/a'))).toMatchObject({ code: 'session-reused' })
    expect(ended).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ code: 'session-reused' }))
  })

  it('is not over while the portal is away', async () => {
    const ended = vi.fn()
    listenToSession({ onSignedOut: ended })
    fakeFetch(refusal('session-stale'), new TypeError('Failed to fetch'))
    expect(await failure(api.get('/a'))).toMatchObject({ code: 'network-unreachable' })
    expect(ended).not.toHaveBeenCalled()
  })

  it('waits for a tab that refreshes it already, and then does not do it again', async () => {
    vi.stubGlobal('navigator', {
      locks: {
        request: async (_name: string, act: () => Promise<void>) => {
          sessionIsFresh('u1')
          await act()
        },
      },
    })
    const calls = fakeFetch(refusal('session-stale'), answer({ ok: true }))
    await api.get('/a')
    expect(urls(calls)).toEqual(['/api/a', '/api/a'])
  })

  it('tells when the password has to be changed', async () => {
    const required = vi.fn()
    listenToSession({ onPasswordRequired: required })
    fakeFetch(refusal('password-change-required', 403))
    await failure(api.get('/a'))
    expect(required).toHaveBeenCalledOnce()
  })
})

describe('csrfToken', () => {
  it('is what the cookie says now, the one of https first', () => {
    setCookie('other=1')
    setCookie('vitrine_csrf=a=b')
    expect(csrfToken()).toBe('a=b')
    vi.stubGlobal('document', { cookie: 'vitrine_csrf=plain; __Host-vitrine-csrf=secure' })
    expect(csrfToken()).toBe('secure')
  })
})

describe('the age of the session', () => {
  it('counts from the last refresh of any tab', () => {
    expect(sessionIsOld()).toBe(true)
    sessionIsFresh('u1')
    expect(sessionIsOld()).toBe(false)
    localStorage.setItem('vitrine.session-refreshed', `${Date.now() - 9 * 60_000} u1`)
    expect(sessionIsOld()).toBe(true)
  })

  it('tells whose session another tab has opened', () => {
    expect(sessionOwnerIn({ key: 'vitrine.session-refreshed', newValue: '1 u2' })).toBe('u2')
    expect(sessionOwnerIn({ key: 'vitrine.theme', newValue: 'dark' })).toBeNull()
  })
})
