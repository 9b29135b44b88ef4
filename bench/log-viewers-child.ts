// The viewers of log-viewers.ts: raw sockets and as little work as it takes to see that each line came once, so that what is measured is the portal.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export interface Task {
  host: string
  port: number
  path: string
  tokens: string[]
  viewers: number
  /** So many more that stop reading once they are open. */
  stalled: number
  tag: string
  lines: number
}

export interface Tally {
  lost: number
  doubled: number
  gaps: number
  count: number
  p50: number
  p99: number
  most: number
}

const AT_ONCE = 50
const QUIET_MS = 5_000
const HEAD_END = '\r\n\r\n'
const MOST_MS = 120_000

/** One viewer that reads. */
class Viewer {
  next = 1
  lost = 0
  doubled = 0
  gaps = 0
  #rest = ''

  take(piece: string, at: number): void {
    const text = this.#rest + piece
    let from = 0
    for (;;) {
      const found = text.indexOf(mark, from)
      if (found < 0) break
      const end = text.indexOf('"', found)
      if (end < 0) {
        from = found
        break
      }
      this.#line(text.slice(found + mark.length, end), at)
      from = end
    }
    if (text.includes('event: gap', from)) this.gaps++
    // What may be the beginning of a mark or a line.
    const open = text.indexOf(mark, from)
    this.#rest = open >= 0 ? text.slice(open) : text.slice(Math.max(from, text.length - mark.length))
  }

  /** "<number>/<all> <microseconds since 1970>" */
  #line(rest: string, at: number): void {
    const slash = rest.indexOf('/')
    const number = Number(rest.slice(0, slash))
    if (number < this.next) this.doubled++
    else {
      this.lost += number - this.next
      this.next = number + 1
    }
    const delay = at - Number(rest.slice(rest.indexOf(' ', slash) + 1)) / 1000
    delays[Math.min(MOST_MS - 1, Math.max(0, Math.floor(delay * 10)))]!++
    count++
    heardAt = at
  }
}

let mark = ''
let count = 0
let heardAt = 0
// Tenths of a millisecond, up to twelve seconds.
const delays = new Uint32Array(MOST_MS)
const now = (): number => performance.timeOrigin + performance.now()

process.once('message', (task: Task) => void main(task))

async function main(task: Task): Promise<void> {
  mark = `emit ${task.tag} `
  const viewers: Viewer[] = []
  const sockets: Socket[] = []
  const all = task.viewers + task.stalled
  for (let i = 0; i < all; i += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, all - i) }, async (_, n) => {
        const viewer = i + n < task.viewers ? new Viewer() : null
        if (viewer) viewers.push(viewer)
        sockets.push(await open(task, task.tokens[(i + n) % task.tokens.length] ?? '', viewer))
      }),
    )
  process.send?.({ what: 'open' })
  while (count === 0) await sleep(50)
  while (now() - heardAt < QUIET_MS && count < task.viewers * task.lines) await sleep(100)
  for (const viewer of viewers) viewer.lost += task.lines + 1 - viewer.next
  const sum = (of: (viewer: Viewer) => number): number => viewers.reduce((total, viewer) => total + of(viewer), 0)
  const tally: Tally = {
    lost: sum(({ lost }) => lost),
    doubled: sum(({ doubled }) => doubled),
    gaps: sum(({ gaps }) => gaps),
    count,
    p50: quantileOf(0.5),
    p99: quantileOf(0.99),
    most: quantileOf(1),
  }
  process.send?.({ what: 'tally', tally })
  for (const socket of sockets) socket.destroy()
}

/** Opens a stream; resolves when its head is there. */
function open({ host, port, path }: Task, token: string, viewer: Viewer | null): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\n\r\n`),
    )
    socket.setEncoding('latin1')
    let head = ''
    socket.on('data', (piece: string) => {
      if (head === '') {
        head = piece
        if (!/^HTTP\/1\.1 200 /.test(piece)) reject(new Error(`a viewer was answered: ${piece.split(HEAD_END)[0]}`))
        resolve(socket)
        if (!viewer) socket.pause()
      } else viewer?.take(piece, now())
    })
    socket.on('error', reject)
  })
}

/** In milliseconds. */
function quantileOf(share: number): number {
  let left = Math.max(1, Math.ceil(count * share))
  for (let at = 0; at < delays.length; at++) {
    left -= delays[at] ?? 0
    if (left <= 0) return at / 10
  }
  return MOST_MS / 10
}
