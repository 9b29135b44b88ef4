import { execFile } from 'node:child_process'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { TestClient } from '../client.js'
import type { ProjectBody } from './datasets.js'

/** A task, as the API answers it. */
export interface TaskBody {
  id: string
  state: string
  current: number
  total: number
  done: number
  skipped: number
  failed: number
  note: string
  canRetry: boolean
  cancelling: boolean
  problem: { code: string; detail: string } | null
  result: { bytes: number; expiresAt: string } | null
}

/** What became of one project, as the API answers it. */
export interface ItemBody {
  id: string
  projectId: string
  title: string
  slug: string
  state: string
  reason: string | null
  files: number
  bytes: number
}

/** The manifest of an archive. */
export interface Manifest {
  index: { path: string; sha256: string }
  projects: { id: string; slug: string; outcome: string; reason: string | null; files: { path: string; bytes: number; sha256: string }[] }[]
}

/** An archive, as a program reads it that has nothing to do with the one that wrote it. */
export interface Unzipped {
  /** What is wrong with it; null for nothing. */
  fault: string | null
  /** As often as they are in it. */
  names: string[]
  /** SHA-256 in hex, by name. */
  sha256: Record<string, string>
  texts: Record<string, string>
}

const UNZIP = `
import hashlib, json, sys, zipfile
with zipfile.ZipFile(sys.argv[1]) as z:
    names = [i.filename for i in z.infolist()]
    print(json.dumps({'fault': z.testzip(), 'names': names,
        'sha256': {n: hashlib.sha256(z.read(n)).hexdigest() for n in names},
        'texts': {n: z.read(n).decode('utf-8', 'replace') for n in names if n in ('index.html', 'manifest.json') or n.endswith('/card.html')}}))
`

/** Fetches the result of a task, and reads it with Python's zipfile. */
export async function fetchArchive(client: TestClient, id: string): Promise<Unzipped & { manifest: Manifest; bytes: number }> {
  const link = await client.get<null>(`/api/tasks/${id}/download`)
  if (link.status !== 302) throw new Error(`expected 302, got ${link.status}: ${JSON.stringify(link.body)}`)
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-zip-'))
  try {
    const bytes = Buffer.from(await (await fetch(link.headers.get('location') ?? '')).arrayBuffer())
    await writeFile(join(folder, 'all.zip'), bytes)
    const { stdout } = await promisify(execFile)('python3', ['-I', '-c', UNZIP, join(folder, 'all.zip')], { maxBuffer: 2 ** 28 })
    const read = JSON.parse(stdout) as Unzipped
    return { ...read, manifest: JSON.parse(read.texts['manifest.json'] ?? '') as Manifest, bytes: bytes.length }
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** Begins a bulk export. */
export async function startExport(client: TestClient, asked: Record<string, unknown>): Promise<TaskBody> {
  const { status, body } = await client.post<TaskBody>('/api/admin/exports', asked)
  if (status !== 202) throw new Error(`expected 202, got ${status}: ${JSON.stringify(body)}`)
  return body
}

export const taskOf = async (client: TestClient, id: string): Promise<TaskBody> => (await client.get<TaskBody>(`/api/tasks/${id}`)).body

/** The items of a task, by the id of their project. */
export async function itemsOf(client: TestClient, id: string): Promise<Map<string, ItemBody>> {
  const found = new Map<string, ItemBody>()
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`
    const { body }: { body: { items: ItemBody[]; nextCursor: string | null } } = await client.get(`/api/tasks/${id}/items?limit=7${query}`)
    for (const item of body.items) found.set(item.projectId, item)
    cursor = body.nextCursor
  }
  return found
}

/** Waits until it is so. @throws after `ms` */
export async function until<T>(look: () => Promise<T | false | null>, ms = 20_000): Promise<T> {
  for (const end = performance.now() + ms; performance.now() < end;) {
    const found = await look()
    if (found) return found
    await sleep(20)
  }
  throw new Error(`it did not become so within ${ms} ms`)
}

export const ended = (client: TestClient, id: string, ms = 30_000): Promise<TaskBody> =>
  until(async () => {
    const task = await taskOf(client, id)
    return ['succeeded', 'failed', 'cancelled'].includes(task.state) && task
  }, ms)

/** Publishes a project. */
export async function publish(client: TestClient, { id }: Pick<ProjectBody, 'id'>): Promise<void> {
  const { status, body } = await client.post(`/api/projects/${id}/publication`, { note: '' })
  if (status !== 201) throw new Error(`expected 201, got ${status}: ${JSON.stringify(body)}`)
}

/** Stands in for Chromium: notes each print, and prints no more of them than it is allowed to. */
export class SlowPrinter {
  private constructor(
    readonly folder: string,
    readonly program: string,
  ) {}

  static async make(allowed: number): Promise<SlowPrinter> {
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-printer-'))
    const printer = new SlowPrinter(folder, join(folder, 'chromium'))
    await printer.allow(allowed)
    await writeFile(
      printer.program,
      `#!/bin/sh
for each in "$@"; do case "$each" in --print-to-pdf=*) out="\${each#*=}";; esac; done
echo $$ >> ${folder}/started
mine=$(wc -l < ${folder}/started)
while [ "$mine" -gt "$(cat ${folder}/allowed)" ]; do sleep 0.05; done
test -e ${folder}/broken && exit 1
printf '%%PDF-1.4\\n%s\\n%%%%EOF\\n' "$mine" > "$out"
`,
    )
    await chmod(printer.program, 0o755)
    return printer
  }

  /** So many prints in all come to an end. */
  async allow(count: number): Promise<void> {
    await writeFile(join(this.folder, 'allowed'), String(count))
  }

  async break(isBroken: boolean): Promise<void> {
    if (isBroken) await writeFile(join(this.folder, 'broken'), '')
    else await rm(join(this.folder, 'broken'))
  }

  /** The processes of all prints that were begun. */
  async started(): Promise<number[]> {
    const text = await readFile(join(this.folder, 'started'), 'utf8').catch(() => '')
    return text.split('\n').filter(Boolean).map(Number)
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, maxRetries: 10, retryDelay: 50 })
  }
}
