// How fast does 1 GiB arrive in the object store through the portal's presigned parts, against the `minio` client with the same parts and as many at once?
// And does the portal stay out of the way: by how much does its memory grow meanwhile?
import { Client } from 'minio'
import { randomBytes, randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { join } from 'node:path'
import { readCredentials, VitrineClient } from '../tools/client/client.ts'
import { readJson } from '../tools/stack/files.ts'
import { root } from '../tools/stack/paths.ts'
import type { Secrets } from '../tools/stack/secrets.ts'
import { sleep } from '../tools/stack/time.ts'
import { median, verdict } from './stats.ts'

const MIB = 2 ** 20
const SIZE = 1024 * MIB
const ROUNDS = 5
const WARM_UPS = 40
const PARALLEL = 4
const TARGET = 0.95
const MEMORY_MIB = 20

interface Upload {
  id: string
  partSize: number
  parts: { number: number; size: number; url: string }[]
}

interface SentPart {
  number: number
  etag: string
}

const portal = await VitrineClient.signIn(readCredentials(root))
const { objectStore } = await portal.get<{ objectStore: { publicEndpoint: string } }>('/api/system/capabilities')
const store = peerClient(objectStore.publicEndpoint)
const bucket = process.env['S3_BUCKET'] ?? 'vitrine'
const pid = portalPid()

const project = await portal.post<{ id: string }>('/api/projects', { title: `Bench upload ${randomBytes(4).toString('hex')}` })
const dataset = await portal.post<{ id: string }>('/api/datasets', { projectId: project.id, name: 'bench' })

try {
  const content = Buffer.allocUnsafe(SIZE)
  for (let at = 0; at < SIZE; at += 64 * MIB) randomFillSync(content, at, 64 * MIB)
  // The first ones open connections, compile code and let V8's young generation take its size; they are not measured.
  for (let i = 0; i < WARM_UPS; i++) await throughPortal(content.subarray(0, MIB))
  const { partSize } = await throughPortal(content)
  await throughPeer(content, partSize)
  const before = await restingMemory(pid)

  const ours: number[] = []
  const theirs: number[] = []
  let peak = before
  for (let round = 0; round < ROUNDS; round++) {
    const measure = [
      async () => {
        const watched = watchMemory(pid)
        ours.push((await throughPortal(content)).rate)
        peak = Math.max(peak, await watched.stop())
      },
      async () => {
        theirs.push(await throughPeer(content, partSize))
      },
    ]
    // Each goes first as often as the other.
    for (const each of round % 2 === 0 ? measure : measure.reverse()) await each()
    console.log(`round ${round + 1}: portal ${ours.at(-1)?.toFixed(0)} MiB/s, minio client ${theirs.at(-1)?.toFixed(0)} MiB/s`)
  }
  const ratio = median(ours) / median(theirs)
  console.log(
    `1 GiB in parts of ${partSize / MIB} MiB, ${PARALLEL} at once, median of ${ROUNDS}: ` +
      `portal ${median(ours).toFixed(0)} MiB/s, minio client ${median(theirs).toFixed(0)} MiB/s`,
  )
  verdict(ratio >= TARGET, `ratio ${ratio.toFixed(3)}, at least ${TARGET}`)
  const growth = peak - before
  console.log(`memory of the portal (pid ${pid}): ${before.toFixed(1)} MiB before, ${peak.toFixed(1)} MiB at most during its uploads`)
  verdict(growth <= MEMORY_MIB, `it grew by ${growth.toFixed(1)} MiB, at most ${MEMORY_MIB}`)
} finally {
  await portal.delete(`/api/projects/${project.id}`)
}

/** Intent, presigned PUTs, complete. @returns MiB per second */
async function throughPortal(content: Buffer<ArrayBuffer>): Promise<{ rate: number; partSize: number }> {
  const from = performance.now()
  const name = `${randomBytes(4).toString('hex')}.bin`
  const target = { kind: 'dataset', id: dataset.id }
  const upload = await portal.post<Upload>('/api/uploads', { target, name, size: content.length, contentType: 'application/octet-stream' })
  const parts = await inParallel(upload.parts, async ({ number, size, url }) => {
    const start = (number - 1) * upload.partSize
    return { number, etag: await put(url, content.subarray(start, start + size)) }
  })
  const { file } = await portal.post<{ file: { id: string } }>(`/api/uploads/${upload.id}/complete`, { parts })
  const rate = rateOf(content.length, from)
  await portal.delete(`/api/datasets/${dataset.id}/files/${file.id}`)
  return { rate, partSize: upload.partSize }
}

/** A plain PUT over the same kind of connection that the client library uses: `fetch` copies each body first. @returns the ETag */
function put(url: string, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const { request } = url.startsWith('https:') ? https : http
    const call = request(url, { method: 'PUT', headers: { 'content-length': body.length } }, (answer) => {
      answer.resume()
      answer.on('end', () => {
        if (answer.statusCode === 200) resolve(answer.headers.etag ?? '')
        else reject(new Error(`the store refused a part: ${answer.statusCode}`))
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** The same bytes in the same parts by the client library, which signs each request itself. @returns MiB per second */
async function throughPeer(content: Buffer<ArrayBuffer>, partSize: number): Promise<number> {
  const from = performance.now()
  const key = `bench/${randomBytes(8).toString('hex')}`
  const uploadID = await store.initiateNewMultipartUpload(bucket, key, { 'content-type': 'application/octet-stream' })
  const numbers = Array.from({ length: Math.ceil(content.length / partSize) }, (_, i) => ({ number: i + 1 }))
  const parts = await inParallel(numbers, async ({ number }) => {
    const piece = content.subarray((number - 1) * partSize, number * partSize)
    const { etag } = await store.uploadPart({ bucketName: bucket, objectName: key, uploadID, partNumber: number, headers: {} }, piece)
    return { number, etag }
  })
  await store.completeMultipartUpload(
    bucket,
    key,
    uploadID,
    parts.map(({ number, etag }) => ({ part: number, etag })),
  )
  const rate = rateOf(content.length, from)
  await store.removeObject(bucket, key)
  return rate
}

async function inParallel<T>(items: T[], send: (item: T) => Promise<SentPart>): Promise<SentPart[]> {
  const waiting = [...items]
  const sent: SentPart[] = []
  const worker = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) sent.push(await send(item))
  }
  await Promise.all(Array.from({ length: PARALLEL }, worker))
  return sent.sort((a, b) => a.number - b.number)
}

function rateOf(bytes: number, from: number): number {
  return bytes / MIB / ((performance.now() - from) / 1000)
}

function peerClient(endpoint: string): Client {
  const { hostname, port, protocol } = new URL(endpoint)
  const made = readJson<Secrets>(join(root, '.vitrine/secrets.json'))
  const accessKey = process.env['S3_ACCESS_KEY'] ?? made?.s3AccessKey
  const secretKey = process.env['S3_SECRET_KEY'] ?? made?.s3SecretKey
  if (accessKey === undefined || secretKey === undefined)
    throw new Error("No keys of the object store: set S3_ACCESS_KEY and S3_SECRET_KEY to the portal's.")
  return new Client({
    endPoint: hostname,
    ...(port === '' ? {} : { port: Number(port) }),
    useSSL: protocol === 'https:',
    region: process.env['S3_REGION'] ?? 'us-east-1',
    accessKey,
    secretKey,
  })
}

/** The process whose memory is watched: VITRINE_PID, else the portal of `make up`. */
function portalPid(): number {
  const pid = Number(process.env['VITRINE_PID'] ?? readJson<{ pid: number }>(join(root, '.vitrine/run/portal.json'))?.pid)
  if (!Number.isInteger(pid)) throw new Error('The process of the portal is not known: start it with `make up`, or set VITRINE_PID.')
  return pid
}

/** Resident memory in MiB. */
function memoryOf(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))
  if (!found) throw new Error(`/proc/${pid}/status does not tell VmRSS`)
  return Number(found[1]) / 1024
}

/** The most of a few seconds at rest: garbage comes and goes also when nothing happens. */
async function restingMemory(pid: number): Promise<number> {
  const watched = watchMemory(pid)
  await sleep(3_000)
  return watched.stop()
}

/** Looks every 50 ms until it is stopped. @returns the most that was seen, in MiB */
function watchMemory(pid: number): { stop: () => Promise<number> } {
  let most = memoryOf(pid)
  let running = true
  const watching = (async () => {
    while (running) {
      most = Math.max(most, memoryOf(pid))
      await sleep(50)
    }
  })()
  return {
    stop: async () => {
      running = false
      await watching
      return most
    },
  }
}
