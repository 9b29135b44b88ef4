import { vi } from 'vitest'

type Answer = { status?: number; body?: unknown }
type Handler = (request: { path: string; query: URLSearchParams; body: unknown }) => Answer | Promise<Answer>

/** Replaces fetch: answers by `METHOD /path`, records every call, and refuses what no test has foreseen. */
export function fakePortal(handlers: Record<string, Handler>): string[] {
  const calls: string[] = []
  vi.stubGlobal('fetch', async (address: string, init: RequestInit = {}) => {
    const url = new URL(address, 'http://portal')
    const path = url.pathname.replace(/^\/api/, '')
    const name = `${init.method ?? 'GET'} ${path}`
    calls.push(name)
    const handler = handlers[name]
    if (!handler) throw new Error(`nobody answers ${name}`)
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null
    const answer = await handler({ path, query: url.searchParams, body })
    init.signal?.throwIfAborted()
    return new Response(answer.body === undefined ? null : JSON.stringify(answer.body), { status: answer.status ?? 200 })
  })
  return calls
}

/** A problem document as the portal sends it. */
export const refusal = (status: number, code: string): Answer => ({
  status,
  body: { status, code, title: code, detail: `${code}.`, requestId: 'r' },
})
