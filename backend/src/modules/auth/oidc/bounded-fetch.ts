import type { CustomFetch } from 'openid-client'

const MAX_BYTES = 1024 * 1024

/**
 * Fetch for requests to an identity provider: follows no redirect, whatever was asked for, and reads at most 1 MiB.
 * @throws TypeError when there is more
 */
export const boundedFetch: CustomFetch = async (url, options) => {
  const answer = await fetch(url, { ...options, body: options.body ?? null, redirect: 'manual' })
  if (!answer.body) return answer
  const body: AsyncIterable<Uint8Array> = answer.body
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > MAX_BYTES) throw new TypeError(`the identity provider answered more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  // Answers with these have no body; making one with a body is an error.
  const empty = [101, 204, 205, 304].includes(answer.status)
  return new Response(empty ? null : Buffer.concat(chunks), { status: answer.status, headers: answer.headers })
}
