import { Logger } from '@nestjs/common'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { setClock } from '../../common/clock.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import { LogSource, type LogRequest } from '../../platform/kubernetes/log-source.js'
import { PodFeed, type WatchedPod } from '../../platform/kubernetes/pod-feed.js'
import { MemoryLogArchive } from '../../../test/fakes/memory-log-archive.js'
import type { LogArchive } from './log-archive.js'
import { readCursor } from './log-cursor.js'
import { LogHub, type HubLimits } from './log-hub.js'
import type { LogReader, ReadFrom } from './log-reader.js'

const ENGINE = 'engine'
const LIMITS: HubLimits = {
  lines: 1_000,
  bytes: 1_000_000,
  idleBytes: 2_000,
  totalBytes: 10_000_000,
  archive: { bytes: 1_000, ms: 0, parallel: 2 },
}

Logger.overrideLogger(false)

let later = 0
beforeAll(() => setClock(() => new Date(Date.now() + later)))

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

async function until(condition: () => boolean): Promise<void> {
  for (let turns = 0; turns < 10_000; turns++) {
    if (condition()) return
    await turn()
  }
  throw new Error(`waited in vain for ${condition.toString()}`)
}

/** Nodes that keep all that was ever written by pods that exist, and the watch that knows these pods. */
class FakeCluster {
  readonly logs = new Map<string, string[]>()
  private readonly open = new Set<() => void>()
  private readonly listeners = new Set<(id: string) => void>()
  private clock = 0
  synced = true

  addPod(name: string): void {
    this.logs.set(name, [])
    this.tell()
  }

  removePod(name: string): void {
    this.logs.delete(name)
    this.tell()
    for (const wake of [...this.open]) wake()
  }

  write(pod: string, text: string): void {
    this.clock++
    const seconds = String(Math.floor(this.clock / 100) % 60).padStart(2, '0')
    const minutes = String(Math.floor(this.clock / 6_000)).padStart(2, '0')
    this.logs.get(pod)?.push(`2026-11-21T10:${minutes}:${seconds}.${String(this.clock % 100).padStart(2, '0')}0000000Z ${text}`)
    for (const wake of [...this.open]) wake()
  }

  tell(): void {
    for (const listener of this.listeners) listener(ENGINE)
  }

  /** One portal: its own watch and its own connections to the same cluster. */
  portal(limits = LIMITS, archive: LogArchive | null = null): LogHub {
    // No two portals begin in the same millisecond.
    later += 2
    const { listeners, logs, open } = this
    const pods = (): WatchedPod[] => [...logs.keys()].map((name) => podNamed(name))
    const synced = (): boolean => this.synced
    class Feed extends PodFeed {
      get synced(): boolean {
        return synced()
      }
      podsOf(): WatchedPod[] {
        return synced() ? pods() : []
      }
      onChange(listener: (id: string) => void): () => void {
        listeners.add(listener)
        return () => listeners.delete(listener)
      }
    }
    class Source extends LogSource {
      async *open({ pod, follow, sinceTime = '', tailLines = 1e9, previous }: LogRequest, signal: AbortSignal): AsyncIterable<Buffer> {
        await turn()
        if (previous) throw new KubeError('invalid', 'previous terminated container not found')
        let at = -1
        for (;;) {
          const lines = logs.get(pod)
          if (signal.aborted) throw new KubeError('unreachable', 'aborted')
          if (!lines) {
            if (at < 0) throw new KubeError('not-found', 'no such pod')
            return
          }
          if (at < 0) at = Math.max(0, lines.length - tailLines)
          const more = lines.slice(at).filter((line) => line.slice(0, 19) >= sinceTime.slice(0, 19))
          at = lines.length
          if (more.length > 0) yield Buffer.from(`${more.join('\n')}\n`)
          if (!follow) return
          if (at === logs.get(pod)?.length) await waitFor(open, signal)
        }
      }
    }
    const hub = new LogHub(new Feed(), new Source(), limits, archive)
    hub.onApplicationBootstrap()
    for (const listener of listeners) listener(ENGINE)
    return hub
  }
}

async function waitFor(open: Set<() => void>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const wake = (): void => {
      open.delete(wake)
      signal.removeEventListener('abort', wake)
      resolve()
    }
    open.add(wake)
    signal.addEventListener('abort', wake)
  })
}

const podNamed = (name: string): WatchedPod => ({
  namespace: 'n',
  name,
  uid: `uid of ${name}`,
  engineId: ENGINE,
  revision: null,
  createdAt: new Date(0),
  deleted: false,
  containers: ['user-container', 'queue-proxy'].map((container) => ({
    name: container,
    restartCount: 0,
    started: true,
    startedAt: null,
    finishedAt: null,
  })),
})

/** What a reader of the stream sees of it. */
class Reading {
  texts: string[] = []
  gaps: string[] = []
  markers: string[] = []
  private rest = ''
  private readonly reader: LogReader
  private bringing = true

  constructor(
    private readonly hub: LogHub,
    /** As Last-Event-ID. */
    public lastId?: string,
    from: ReadFrom = {},
  ) {
    const cursor = lastId === undefined ? null : readCursor(lastId)
    this.reader = hub.open(ENGINE, cursor ? { ...from, cursor } : from, () => undefined).reader
    if (this.reader.isStarted) this.bringing = false
    else void this.reader.start().then(() => (this.bringing = false))
  }

  /** Reads up to `events` events, all that there are by default. */
  take(events = Infinity): this {
    for (let left = events; left > 0; left--) {
      const text = this.rest === '' && !this.bringing ? this.reader.read(1) : this.rest
      if (text === '') {
        this.bring()
        return this
      }
      const end = text.indexOf('\n\n') + 2
      this.rest = text.slice(end)
      this.event(text.slice(0, end))
    }
    return this
  }

  close(): void {
    this.hub.close(ENGINE, this.reader)
  }

  /** Nothing is being brought from the store. */
  get isIdle(): boolean {
    return !this.bringing || !this.reader.isStarted
  }

  private bring(): void {
    if (this.bringing || !this.reader.behind) return
    this.bringing = true
    void this.reader.advance().then(() => (this.bringing = false))
  }

  private event(text: string): void {
    const [, id] = /^id: (.*)$/m.exec(text) ?? []
    const data = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '{}') as { text?: string; reason?: string; what?: string }
    this.lastId = id ?? this.lastId
    if (data.text !== undefined) this.texts.push(data.text)
    if (data.what !== undefined) this.markers.push(data.what)
    if (data.reason !== undefined) this.gaps.push(data.reason)
  }
}

describe('LogHub', () => {
  it('keeps what was written before anyone watched, of all pods, but not of the sidecar', async () => {
    const cluster = new FakeCluster()
    cluster.addPod('a')
    cluster.addPod('b')
    const hub = cluster.portal()
    cluster.write('a', 'one')
    cluster.write('b', 'two')
    const reading = new Reading(hub)
    await until(() => reading.take().texts.length === 2)
    expect(reading.texts.sort()).toEqual(['one', 'two'])
    cluster.write('a', 'three "quoted" \u001b[31m\u2028')
    await until(() => reading.take().texts.length === 3)
    expect(reading.texts.at(-1)).toBe('three "quoted" \u001b[31m\u2028')
    expect(new Reading(hub, undefined, { tail: 1 }).take().texts).toEqual(['three "quoted" \u001b[31m\u2028'])
    await hub.beforeApplicationShutdown()
  })

  it('loses and doubles nothing over 300 random schedules of reconnects, portal restarts and pods that come and go', async () => {
    for (let seed = 1; seed <= 300; seed++) {
      let state = seed * 2654435761
      const random = (): number => {
        state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0
        return state / 4294967296
      }
      const cluster = new FakeCluster()
      let hub = cluster.portal()
      const pods = ['p0', 'p1']
      pods.forEach((pod) => cluster.addPod(pod))
      const written: string[] = []
      const texts: string[] = []
      const gaps: string[] = []
      let reading = new Reading(hub)
      const leave = (): string | undefined => {
        texts.push(...reading.texts)
        gaps.push(...reading.gaps)
        reading.close()
        return reading.lastId
      }
      for (let step = 0; step < 60; step++) {
        const dice = random()
        const pod = pods[Math.floor(random() * pods.length)] ?? 'p1'
        if (dice < 0.5) {
          const text = `${seed}/${written.length}`
          written.push(text)
          cluster.write(pod, text)
        } else if (dice < 0.75) reading.take(Math.floor(random() * 6))
        else if (dice < 0.85) reading = new Reading(hub, leave())
        else if (dice < 0.92) {
          const from = leave()
          await hub.beforeApplicationShutdown()
          // The watch of the new portal may know its pods later than the first reader is there.
          cluster.synced = random() < 0.5
          hub = cluster.portal()
          reading = new Reading(hub, from)
          reading.take(Math.floor(random() * 3))
          cluster.synced = true
          cluster.tell()
        } else if (dice < 0.95) {
          const name = `p${seed}-${step}`
          pods.push(name)
          cluster.addPod(name)
        } else if (pods.length > 1) {
          // All of it is read before its pod goes, and known to be over, as nobody could bring it back.
          const name = pods.shift() ?? ''
          const existing = [...cluster.logs.values()].flat().length
          const overs = (): number => new Reading(hub).take().lastId?.match(/\.x(?=_|$)/g)?.length ?? 0
          await until(() => new Reading(hub).take().texts.length >= existing)
          await until(() => reading.take().texts.length + texts.length === written.length)
          const hadLines = (cluster.logs.get(name)?.length ?? 0) > 0
          const before = overs()
          cluster.removePod(name)
          if (hadLines) await until(() => overs() > before)
          reading.take()
        }
        for (let turns = random() * 4; turns > 0; turns--) await turn()
      }
      await until(() => reading.take().texts.length + texts.length >= written.length)
      leave()
      expect(texts.sort(), `seed ${seed}`).toEqual(written.sort())
      expect(gaps, `seed ${seed}`).toEqual([])
      await hub.beforeApplicationShutdown()
    }
  }, 180_000)

  it('says a gap when a pod went while no portal was there, and goes on', async () => {
    const cluster = new FakeCluster()
    cluster.addPod('a')
    const first = cluster.portal()
    cluster.write('a', 'one')
    const before = new Reading(first)
    await until(() => before.take().texts.length === 1)
    await first.beforeApplicationShutdown()
    cluster.write('a', 'nobody saw this')
    cluster.removePod('a')
    cluster.addPod('b')
    const second = cluster.portal()
    cluster.write('b', 'two')
    const after = new Reading(second, before.lastId)
    await until(() => after.take().texts.length === 1)
    expect(after.texts).toEqual(['two'])
    expect(after.gaps).toHaveLength(1)
    await second.beforeApplicationShutdown()
  })

  it('says a gap to a slow reader and to one who resumes too late, and keeps within its limits', async () => {
    const cluster = new FakeCluster()
    cluster.addPod('a')
    const hub = cluster.portal({ ...LIMITS, lines: 10 })
    cluster.write('a', 'line 0')
    const slow = new Reading(hub)
    await until(() => slow.take().texts.length === 1)
    for (let i = 1; i <= 50; i++) cluster.write('a', `line ${i}`)
    await until(() => new Reading(hub, undefined, { tail: 1 }).take().texts[0] === 'line 50')
    slow.take()
    expect(slow.texts).toEqual(['line 0', ...Array.from({ length: 10 }, (_, i) => `line ${41 + i}`)])
    expect(slow.gaps).toEqual(['You read more slowly than the app writes: 40 lines were left out.'])
    const first = new Reading(hub, undefined, { tail: 10 }).take(1)
    for (let i = 51; i <= 80; i++) cluster.write('a', `line ${i}`)
    await until(() => new Reading(hub, undefined, { tail: 1 }).take().texts[0] === 'line 80')
    const late = new Reading(hub, first.lastId).take()
    expect(late.gaps).toHaveLength(1)
    expect(late.texts[0]).toBe('line 71')
    await hub.beforeApplicationShutdown()
  })

  it('takes from the largest log when all together are too much', async () => {
    const cluster = new FakeCluster()
    cluster.addPod('a')
    const hub = cluster.portal({ ...LIMITS, lines: 100_000, bytes: 10_000_000, totalBytes: 100_000 })
    for (let i = 0; i < 2_000; i++) cluster.write('a', `line ${i}`)
    await until(() => new Reading(hub, undefined, { tail: 1 }).take().texts[0] === 'line 1999')
    const kept = new Reading(hub).take().texts.length
    expect(kept).toBeGreaterThan(100)
    expect(kept).toBeLessThan(400)
    await hub.beforeApplicationShutdown()
  })

  it('keeps ids short while pods come and go', async () => {
    const cluster = new FakeCluster()
    const hub = cluster.portal()
    const reading = new Reading(hub)
    for (let i = 0; i < 60; i++) {
      cluster.addPod(`pod-${i}`)
      cluster.write(`pod-${i}`, `from ${i}`)
      await until(() => reading.take().texts.length === i + 1)
      cluster.removePod(`pod-${i}`)
      await turn()
      await turn()
    }
    expect(reading.lastId?.length).toBeLessThan(600)
    await hub.beforeApplicationShutdown()
  })

  it('ends with the app, and does not begin again for the pods that are still there', async () => {
    const cluster = new FakeCluster()
    cluster.addPod('a')
    const hub = cluster.portal()
    cluster.write('a', 'last words')
    let woken = 0
    const { reader, log } = hub.open(ENGINE, {}, () => woken++)
    await until(() => reader.read(1_000) !== '')
    const before = woken
    hub.remove(ENGINE, 'The app was deleted.')
    expect(woken).toBe(before + 1)
    expect(log.endReason).toBe('The app was deleted.')
    cluster.tell()
    await turn()
    cluster.write('a', 'too late')
    expect(new Reading(hub).take().texts).toEqual([])
    await hub.beforeApplicationShutdown()
  })
})

describe('LogHub with an archive', () => {
  // What is stored waits for timers, which these tests turn themselves: see soon.
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'performance'] })
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const randoms = (seed: number) => {
    let state = seed * 2654435761
    return (): number => {
      state = (Math.imul(state ^ (state >>> 15), 2246822519) + 3266489917) >>> 0
      return state / 4294967296
    }
  }

  it('loses and doubles nothing over 60 random schedules in which portals are killed, pods go and stores are away', async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randoms(seed)
      const cluster = new FakeCluster()
      const archive = new MemoryLogArchive()
      const limits = { ...LIMITS, lines: 200, idleBytes: 1 + Math.floor(random() * 3_000) }
      let hub = cluster.portal(limits, archive)
      cluster.addPod('p0')
      const pods = ['p0']
      const written: string[] = []
      const texts: string[] = []
      const gaps: string[] = []
      let reading = new Reading(hub)
      const leave = (): string | undefined => {
        texts.push(...reading.texts)
        gaps.push(...reading.gaps)
        reading.close()
        return reading.lastId
      }
      const onward = (from: string | undefined): Reading => new Reading(hub, from)
      for (let step = 0; step < 50; step++) {
        const dice = random()
        const pod = pods[Math.floor(random() * pods.length)] ?? 'p0'
        if (dice < 0.5) {
          for (let n = random() * 8; n > 0; n--) {
            written.push(`${seed}/${written.length}`)
            cluster.write(pod, written.at(-1) ?? '')
          }
        } else if (dice < 0.65) {
          // Who reads while the store is away is told of a gap; that is another test.
          if (!archive.away) reading.take(Math.floor(random() * 20))
        } else if (dice < 0.72) reading = onward(leave())
        else if (dice < 0.84) {
          const from = leave()
          if (random() < 0.6) {
            archive.generation++
            await hub.kill()
          } else {
            archive.away = false
            await hub.beforeApplicationShutdown()
          }
          hub = cluster.portal(limits, archive)
          reading = onward(from)
        } else if (dice < 0.9) {
          if (!archive.away) await soon(() => reading.isIdle)
          archive.away = !archive.away
        } else if (dice < 0.94) {
          pods.push(`p${seed}-${step}`)
          cluster.addPod(pods.at(-1) ?? '')
        } else if (pods.length > 1) {
          // All of it is read by the portal before the pod goes, and stored, as nobody could bring it back.
          archive.away = false
          await soon(() => linesIn(archive) >= written.length)
          cluster.removePod(pods.shift() ?? '')
        }
        vi.advanceTimersByTime(random() * 40)
        for (let turns = random() * 6; turns > 0; turns--) await turn()
      }
      archive.away = false
      await soon(() => reading.take().texts.length + texts.length >= written.length)
      leave()
      expect([...texts].sort(), `seed ${seed}, read, ${gaps.join()}`).toEqual([...written].sort())
      // Said where a portal was killed before it had stored that the pod's log was read to its end: it cannot be known any more.
      expect(new Set(gaps), `seed ${seed}`).toEqual(new Set(gaps.filter((gap) => gap.includes('are gone with their pod'))))
      await hub.beforeApplicationShutdown()
      expect((await textsOf(archive)).sort(), `seed ${seed}, stored`).toEqual([...written].sort())
      // Who comes later reads the same, out of the bucket alone.
      cluster.logs.clear()
      const last = cluster.portal(limits, archive)
      const later = new Reading(last)
      await soon(() => later.take().texts.length >= written.length)
      expect(later.texts.sort(), `seed ${seed}, later`).toEqual([...written].sort())
      await last.kill()
    }
  }, 240_000)

  it('goes on with what is in memory, and says so, when the store stays away', async () => {
    const cluster = new FakeCluster()
    const archive = new MemoryLogArchive()
    const hub = cluster.portal({ ...LIMITS, lines: 10 }, archive)
    cluster.addPod('a')
    const open = new Reading(hub)
    for (let i = 0; i < 30; i++) cluster.write('a', `line ${i}`)
    await soon(() => open.take().texts.at(-1) === 'line 29' && linesIn(archive) > 0)
    archive.away = true
    for (let i = 30; i < 60; i++) cluster.write('a', `line ${i}`)
    const view = new Reading(hub)
    await soon(() => view.take().texts.length === 10)
    expect(view.gaps).toHaveLength(1)
    expect(view.texts.at(-1)).toBe('line 59')
    archive.away = false
    // What was dropped from memory before it could be stored is a gap in what is stored, too.
    await hub.beforeApplicationShutdown()
    const kept = await textsOf(archive)
    expect(kept.at(-1)).toBe('line 59')
    expect(new Set(kept).size).toBe(kept.length)
  }, 30_000)

  it('doubles nothing for a reader who falls behind again after having caught up', async () => {
    const cluster = new FakeCluster()
    const archive = new MemoryLogArchive()
    const hub = cluster.portal({ ...LIMITS, lines: 30 }, archive)
    cluster.addPod('a')
    const reader = new Reading(hub)
    const texts: string[] = []
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 60; i++) {
        texts.push(`line ${texts.length}`)
        cluster.write('a', texts.at(-1) ?? '')
        if (i % 10 === 9) await soon(() => linesIn(archive) === texts.length)
      }
      await soon(() => reader.take().texts.length >= texts.length)
      expect(reader.texts).toEqual(texts)
    }
    expect(reader.gaps).toEqual([])
    await hub.kill()
  }, 60_000)

  it('keeps little of what is stored and nobody reads, and serves it from the store', async () => {
    const cluster = new FakeCluster()
    const archive = new MemoryLogArchive()
    const hub = cluster.portal(LIMITS, archive)
    cluster.addPod('a')
    for (let i = 0; i < 500; i++) cluster.write('a', `line ${i}`)
    await soon(() => linesIn(archive) === 500)
    const reader = new Reading(hub, undefined, { tail: 400 })
    await soon(() => reader.take().texts.length === 400)
    expect(reader.texts[0]).toBe('line 100')
    const filtered = new Reading(hub, undefined, { tail: 2, filter: { text: 'LINE 7' } })
    await soon(() => filtered.take().texts.length === 2)
    expect(filtered.texts).toEqual(['line 78', 'line 79'])
    cluster.write('a', 'line 7 again')
    await soon(() => filtered.take().texts.length === 3)
    expect(filtered.texts.at(-1)).toBe('line 7 again')
    await hub.kill()
  }, 30_000)
})

/** As {@link until}, for what waits for timers, whose time passes only here, and for the packing of segments, which takes real time. */
async function soon(condition: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; Date.now() < end; await turn()) {
    if (condition()) return
    vi.advanceTimersByTime(5)
  }
  throw new Error(`waited in vain for ${condition.toString()}`)
}

async function textsOf(archive: MemoryLogArchive): Promise<string[]> {
  const texts: string[] = []
  for (const { segment } of archive.segments.values())
    for (const { entry } of (await archive.load(segment)) ?? []) if (entry.kind === 'line') texts.push(entry.text)
  return texts
}

const linesIn = (archive: MemoryLogArchive): number => [...archive.segments.values()].reduce((sum, { segment }) => sum + segment.lines, 0)
