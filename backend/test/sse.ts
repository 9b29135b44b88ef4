import type { TestClient } from './client.js'

/** An open stream of a test: what it has said so far, and when it ended. */
export interface OpenStream {
  /** All text so far. */
  text: () => string
  /** Resolves with all text when the portal ended the stream; fails after `ms`. */
  ended: (ms: number) => Promise<string>
  /** Resolves when the text contains this; fails after `ms`. */
  said: (what: string, ms: number) => Promise<void>
  close: () => void
}

/** Opens a Server-Sent Events stream. @throws when it is refused */
export async function openStream(client: TestClient, path: string): Promise<OpenStream> {
  const abort = new AbortController()
  const answer = await client.fetch(path, { signal: abort.signal })
  if (answer.status !== 200 || !answer.body) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
  let text = ''
  let over = false
  const waiting = new Set<() => void>()
  const changed = () => {
    for (const wake of waiting) wake()
  }
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader()
  void (async () => {
    try {
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        text += chunk.value
        changed()
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error
    } finally {
      over = true
      changed()
    }
  })()
  const until = (done: () => boolean, what: string, ms: number) =>
    new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(check)
        reject(new Error(`${path}: not ${what} within ${ms} ms; so far: ${text}`))
      }, ms)
      const check = () => {
        if (!done()) return
        clearTimeout(timer)
        waiting.delete(check)
        resolve()
      }
      waiting.add(check)
      check()
    })
  return {
    text: () => text,
    ended: async (ms) => {
      await until(() => over, 'ended', ms)
      return text
    },
    said: (what, ms) => until(() => text.includes(what), `said "${what}"`, ms),
    close: () => abort.abort(),
  }
}
