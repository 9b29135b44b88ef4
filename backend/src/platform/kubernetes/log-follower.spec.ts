import { describe, expect, it } from 'vitest'
import { KubeError } from './kube-error.js'
import { LogFollower, type FollowedLine } from './log-follower.js'
import { LogSource, type LogRequest } from './log-source.js'
import type { WatchedContainer } from './pod-feed.js'

interface Written {
  ts: string
  text: string
}

/** Numbers that look random and are the same each time. */
function randoms(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

let currentSeed = 0
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/**
 * One container as the kubelet shows it: only the newest file of the running and of the previous instance, times in whole seconds in the query,
 * a stream that ends with the instance, pieces that are cut anywhere, connections that drop at any byte or hang.
 */
class FakeNode extends LogSource {
  /** Everything that was ever written, by instance. */
  readonly instances: Written[][] = [[]]
  running = true
  hanging = false
  /** A line may be cut off at the end of an answer that otherwise ends in good order. */
  politeCuts = false
  /** What the kubelet writes instead of the log, as it does for a moment while it turns the file over. */
  trouble: string | null = null
  requests = 0
  private fileFrom = [0]
  private clock = 1_700_000_000_000_000_000n
  private readonly open_ = new Set<{ drop: boolean; wake: () => void }>()

  constructor(private readonly random: () => number) {
    super()
  }

  /** @param skewed whether it may carry a time a little before the line above */
  write(skewed = true): void {
    if (!skewed) this.clock += 1_000_000n
    const step = this.random()
    // Some lines at the very same nanosecond, some a little before the one above: two streams are written by two goroutines.
    if (step > 0.2) this.clock += BigInt(Math.floor(step * (step > 0.95 ? 3_000_000_000 : 300_000_000)))
    const skew = skewed && this.random() < 0.15 ? BigInt(Math.floor(this.random() * 900_000)) : 0n
    const instance = this.instances.at(-1) ?? []
    instance.push({ ts: stamp(this.clock - skew), text: `${this.instances.length - 1}.${instance.length}` })
    this.tick()
  }

  rotate(): void {
    this.clock += 1_000_000n
    this.fileFrom[this.instances.length - 1] = this.instances.at(-1)?.length ?? 0
    this.tick()
  }

  crash(): void {
    this.running = false
    this.tick()
  }

  restart(): void {
    this.running = true
    this.clock += 50_000_000n
    this.instances.push([])
    this.fileFrom.push(0)
    this.tick()
  }

  dropAll(): void {
    for (const connection of this.open_) connection.drop = true
    this.tick()
  }

  get container(): WatchedContainer {
    const restartCount = this.instances.length - 1
    return { name: 'app', restartCount, started: true, startedAt: null, finishedAt: this.running ? null : new Date(restartCount) }
  }

  async *open(request: LogRequest, signal: AbortSignal): AsyncIterable<Buffer> {
    this.requests++
    await turn()
    // While the container waits for its next run, "current" and "previous" are the same ended instance.
    const index = this.instances.length - (request.previous && this.running ? 2 : 1)
    if (index < 0) throw new KubeError('invalid', 'previous terminated container not found')
    const connection = { drop: false, wake: (): void => undefined }
    this.open_.add(connection)
    const onAbort = (): void => {
      connection.drop = true
      connection.wake()
    }
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort)
    try {
      yield* this.stream(request, index, connection)
    } finally {
      this.open_.delete(connection)
      signal.removeEventListener('abort', onAbort)
    }
  }

  private async *stream(request: LogRequest, index: number, connection: { drop: boolean; wake: () => void }): AsyncIterable<Buffer> {
    if (this.trouble !== null && request.follow) {
      yield Buffer.from(`${this.trouble}\n`)
      return
    }
    const since = request.sinceTime ?? ''
    const all = this.instances[index] ?? []
    // A new reading begins with the newest file; one that follows stays on it across a rotation.
    const first = this.fileFrom[index] ?? 0
    let at = request.tailLines === undefined ? first : Math.max(first, all.length - request.tailLines)
    let rest = Buffer.alloc(0)
    for (;;) {
      if (connection.drop) throw new KubeError('unreachable', 'terminated')
      if (this.hanging && request.follow) {
        await new Promise<void>((resolve) => (connection.wake = resolve))
        continue
      }
      const lines = all.slice(at).filter(({ ts }) => ts.slice(0, 19) >= since.slice(0, 19))
      at = all.length
      rest = Buffer.concat([rest, Buffer.from(lines.map(({ ts, text }) => `${ts} ${text}\n`).join(''))])
      while (rest.length > 0) {
        const size = Math.max(1, Math.floor(this.random() * Math.min(rest.length + 40, 400)))
        const piece = rest.subarray(0, size)
        rest = rest.subarray(size)
        yield piece
        if (this.random() < 0.02) {
          if (this.politeCuts && request.follow) return
          throw new KubeError('unreachable', 'other side closed')
        }
        if (this.random() < 0.1) await turn()
        if (connection.drop) throw new KubeError('unreachable', 'terminated')
      }
      if (at < all.length) continue
      if (!request.follow || index < this.instances.length - 1 || !this.running) return
      await new Promise<void>((resolve) => (connection.wake = resolve))
    }
  }

  private tick(): void {
    for (const connection of [...this.open_]) connection.wake()
  }
}

function stamp(nanos: bigint): string {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19)
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`
}

class Seen {
  readonly texts: string[] = []
  readonly gapsBefore = new Set<number>()
  readonly reasons: string[] = []
  readonly positions: string[] = []

  lines(lines: FollowedLine[]): void {
    for (const { text, position } of lines) {
      this.texts.push(text)
      this.positions.push(`${position.ts} ${position.ord}`)
    }
  }

  gap(reason: string): void {
    this.gapsBefore.add(this.texts.length)
    this.reasons.push(reason)
  }
}

const follow = (node: FakeNode, seen: Seen, extra: { quietMs?: number; lateMs?: number; troubleMs?: number } = {}): LogFollower =>
  new LogFollower(node, { namespace: 'n', pod: 'p', container: 'app' }, node.container, seen, {
    tailLines: 100_000,
    delay: () => 0,
    ...extra,
  })

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let turns = 0; turns < 20_000; turns++) {
    if (condition()) return
    await turn()
  }
  throw new Error(`waited in vain until ${what} (seed ${currentSeed})`)
}

/** A node with one line, and who follows it and has read that. */
async function followed(extra: Parameters<typeof follow>[2]): Promise<{ node: FakeNode; seen: Seen; follower: LogFollower }> {
  const node = new FakeNode(() => 0.5)
  const seen = new Seen()
  node.write()
  const follower = follow(node, seen, extra)
  await until(() => seen.texts.length === 1, 'the first line came')
  return { node, seen, follower }
}

const textsOf = (node: FakeNode): string[] => node.instances.flat().map(({ text }) => text)

/** Carries out a random schedule; with `loss` it also does what makes a node throw lines away. */
async function schedule(seed: number, loss: boolean): Promise<{ node: FakeNode; seen: Seen }> {
  currentSeed = seed
  const random = randoms(seed)
  const node = new FakeNode(random)
  node.politeCuts = random() < 0.3
  const seen = new Seen()
  for (let lines = random() * 10; lines > 1; lines--) node.write()
  const follower = follow(node, seen)
  const caughtUp = (): boolean => seen.texts.at(-1) === textsOf(node).at(-1) || textsOf(node).length === 0
  // A line from a little before, alone in a new file after a drop, is told only by the next one from what was read already.
  const readUp = async (what: string): Promise<void> => {
    follower.update(node.container)
    for (let more = 0; more < 20 && node.running && !caughtUp(); more++) {
      for (let turns = 0; turns < 50 && !caughtUp(); turns++) await turn()
      if (!caughtUp()) node.write()
    }
    await until(caughtUp, what)
  }
  for (let step = 0; step < 24; step++) {
    const dice = random()
    if (dice < 0.6) for (let lines = random() * 12; lines > 0; lines--) if (node.running) node.write()
    if (dice >= 0.6 && dice < 0.75) node.dropAll()
    if (dice >= 0.75 && dice < 0.85) {
      // Who follows sees the end of the old file; without loss everything was read before the file is turned over.
      if (!loss) await readUp('all was read')
      // Of a new instance nobody can tell whether its first file was thrown away before anything of it was read.
      if (caughtUp() || seen.texts.at(-1)?.startsWith(`${node.instances.length - 1}.`)) node.rotate()
    }
    if (dice >= 0.85 && dice < 0.92 && node.running) {
      // A line that is out of order and the only one in a new file is told from what was read before only by the next one.
      node.write(false)
      node.crash()
      if (random() < 0.5) follower.update(node.container)
    } else if (dice >= 0.85 && !node.running) {
      // One crash may go by unread, as the previous instance is kept; two may not.
      if (!loss) await readUp('the ended instance was read')
      node.restart()
      if (random() < 0.8) follower.update(node.container)
    }
    for (let turns = random() * 6; turns > 0; turns--) await turn()
  }
  follower.update(node.container)
  if (!node.running) node.restart()
  node.write()
  follower.update(node.container)
  await readUp('the last line was read')
  follower.stop()
  await follower.done
  return { node, seen }
}

describe('LogFollower', () => {
  it('loses and doubles no line in 1,000 random schedules of drops, cuts, rotations and restarts', async () => {
    for (let seed = 1; seed <= 1_000; seed++) {
      const { node, seen } = await schedule(seed, false)
      expect(seen.texts, `seed ${seed}`).toEqual(textsOf(node))
      expect(new Set(seen.positions).size, `positions of seed ${seed}`).toBe(seen.positions.length)
    }
  }, 180_000)

  it('says a gap wherever the node threw lines away, doubles none and keeps their order in 500 more', async () => {
    let lost = 0
    for (let seed = 5_001; seed <= 5_500; seed++) {
      const { node, seen } = await schedule(seed, true)
      const written = textsOf(node)
      let next = 0
      seen.texts.forEach((text, index) => {
        const at = written.indexOf(text, next)
        expect(at, `seed ${seed}: line ${text} is doubled or out of order`).toBeGreaterThanOrEqual(0)
        // What was thrown away before the first reading is nobody's loss.
        if (at > next && index > 0) {
          lost++
          expect(seen.gapsBefore.has(index), `seed ${seed}: lines are missing before ${text} without a word`).toBe(true)
        }
        next = at + 1
      })
    }
    expect(lost).toBeGreaterThan(5)
  }, 180_000)

  it('gives up a connection that hangs and reads on where it stopped', async () => {
    const { node, seen, follower } = await followed({ quietMs: 20, lateMs: 20 })
    node.hanging = true
    node.dropAll()
    node.write()
    const requests = node.requests
    const waited = performance.now()
    while (node.requests < requests + 3 && performance.now() - waited < 5_000) await new Promise((resolve) => setTimeout(resolve, 5))
    node.hanging = false
    while (seen.texts.length < 2 && performance.now() - waited < 5_000) await new Promise((resolve) => setTimeout(resolve, 5))
    expect(seen.texts).toEqual(textsOf(node))
    follower.stop()
    await follower.done
  })

  it('says nothing of a moment in which the node could not read, when nothing is lost by it', async () => {
    const { node, seen, follower } = await followed({ troubleMs: 60_000 })
    node.trouble = 'unable to retrieve container logs'
    node.dropAll()
    const { requests } = node
    await until(() => node.requests > requests + 3, 'it was tried again')
    node.trouble = null
    node.write()
    await until(() => seen.texts.length === 2, 'the second line came')
    expect(seen.texts).toEqual(textsOf(node))
    expect(seen.reasons).toEqual([])
    follower.stop()
    await follower.done
  })

  it('says once that the node cannot read, when that stays so or nothing comes any more', async () => {
    for (const ended of [false, true]) {
      const { node, seen, follower } = await followed({ troubleMs: 20 })
      node.trouble = 'unable to retrieve container logs'
      if (ended) node.crash()
      node.dropAll()
      follower.update(node.container)
      await until(() => seen.reasons.length > 0, 'it was said')
      if (ended) await until(() => follower.isThrough, 'it is through')
      for (let turns = 0; turns < 200; turns++) await turn()
      expect(seen.reasons).toEqual(['The node could not read on: unable to retrieve container logs'])
      follower.stop()
      await follower.done
    }
  })

  it('says it at once of a pod that is gone', async () => {
    const { node, seen, follower } = await followed({ troubleMs: 60_000 })
    node.trouble = 'unable to retrieve container logs'
    follower.finish()
    node.dropAll()
    await follower.done
    expect(seen.reasons).toEqual(['The node could not read on: unable to retrieve container logs'])
  })

  it('reads what the instance before the current one wrote, and ends with the pod', async () => {
    const node = new FakeNode(() => 0.5)
    for (let lines = 0; lines < 5; lines++) node.write()
    node.crash()
    node.restart()
    node.write()
    const seen = new Seen()
    const follower = follow(node, seen)
    await until(() => seen.texts.length === 6, 'both were read')
    node.write()
    node.crash()
    follower.finish()
    await follower.done
    expect(seen.texts).toEqual(textsOf(node))
    expect(seen.gapsBefore.size).toBe(0)
  })

  it('asks nothing more of a container that has ended', async () => {
    const node = new FakeNode(() => 0.5)
    node.write()
    node.crash()
    const seen = new Seen()
    const follower = follow(node, seen)
    await until(() => seen.texts.length === 1, 'the line came')
    for (let turns = 0; turns < 50; turns++) await turn()
    const { requests } = node
    for (let turns = 0; turns < 200; turns++) await turn()
    expect(node.requests).toBe(requests)
    follower.stop()
    await follower.done
  })
})
