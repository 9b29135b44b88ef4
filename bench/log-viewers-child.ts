// The viewers of log-viewers.ts: raw sockets and as little work as it takes to see that each line came once, so that what is measured is the portal.
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What the viewers are to read. */
export interface Task {
  host: string
  port: number
  /** Of the log, without a query. */
  path: string
  tokens: string[]
  viewers: number
  tag: string
}

/** What the bench tells the viewers while they read. */
export type Order =
  | { what: 'task'; task: Task }
  /** Opens so many more viewers that stop reading in the middle of so many older lines; 0 closes them. */
  | { what: 'stall'; viewers: number; tail: number }
  /** Begins to count delays anew. */
  | { what: 'window' }
  /** Asks for the delays since then. */
  | { what: 'delays' }
  /** Asks what all of them got up to the newest line that one has by now. */
  | { what: 'finish' }

/** Delays in milliseconds, of so many lines. */
export interface Delays {
  count: number
  p50: number
  p99: number
  most: number
}

/** What all viewers got from the beginning to the end. */
export interface Tally {
  lines: number
  lost: number
  doubled: number
  gaps: number
}

export type Answer = { what: 'open' | 'stalled' } | { what: 'delays'; delays: Delays } | { what: 'tally'; tally: Tally }

const AT_ONCE = 50
// A line that did not come by then will not.
const LATE_MS = 60_000
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
    counted++
  }
}

let mark = ''
let counted = 0
// Tenths of a millisecond, up to twelve seconds.
const delays = new Uint32Array(MOST_MS)
const stalled: Socket[] = []
const viewers: Viewer[] = []
let task: Task | null = null
const now = (): number => performance.timeOrigin + performance.now()
const answer = (message: Answer): void => void process.send?.(message)

process.on('message', (order: Order) => {
  if (order.what === 'task') void read((task = order.task))
  else if (order.what === 'stall' && task) void stall(task, order.viewers, order.tail)
  else if (order.what === 'window') {
    delays.fill(0)
    counted = 0
  } else if (order.what === 'finish') void finish()
  else if (order.what === 'delays')
    answer({ what: 'delays', delays: { count: counted, p50: quantileOf(0.5), p99: quantileOf(0.99), most: quantileOf(1) } })
})

async function read(all: Task): Promise<void> {
  mark = `emit ${all.tag} `
  viewers.push(...Array.from({ length: all.viewers }, () => new Viewer()))
  await openAll(all, 0, viewers)
  answer({ what: 'open' })
}

async function finish(): Promise<void> {
  const lines = Math.max(...viewers.map(({ next }) => next)) - 1
  const from = now()
  const behind = (): Viewer[] => viewers.filter(({ next }) => next <= lines)
  while (behind().length > 0 && now() - from < LATE_MS) await sleep(100)
  for (const viewer of behind()) viewer.lost += lines + 1 - viewer.next
  const sum = (of: (viewer: Viewer) => number): number => viewers.reduce((total, viewer) => total + of(viewer), 0)
  const tally = { lines, lost: sum(({ lost }) => lost), doubled: sum(({ doubled }) => doubled), gaps: sum(({ gaps }) => gaps) }
  answer({ what: 'tally', tally })
}

async function stall(all: Task, viewers: number, tail: number): Promise<void> {
  for (const socket of stalled.splice(0)) socket.destroy()
  stalled.push(...(await openAll(all, tail, Array<null>(viewers).fill(null))))
  answer({ what: 'stalled' })
}

async function openAll(all: Task, tail: number, viewers: (Viewer | null)[]): Promise<Socket[]> {
  const sockets: Socket[] = []
  for (let i = 0; i < viewers.length; i += AT_ONCE) {
    const some = viewers.slice(i, i + AT_ONCE)
    sockets.push(...(await Promise.all(some.map((viewer, n) => open(all, all.tokens[(i + n) % all.tokens.length] ?? '', tail, viewer)))))
  }
  return sockets
}

/** Opens a stream; resolves when its head is there. */
function open({ host, port, path }: Task, token: string, tail: number, viewer: Viewer | null): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, host, () =>
      socket.write(
        `GET ${path}?tail=${tail} HTTP/1.1\r\nHost: ${host}:${port}\r\nAuthorization: Bearer ${token}\r\nAccept: text/event-stream\r\n\r\n`,
      ),
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
  let left = Math.max(1, Math.ceil(counted * share))
  for (let at = 0; at < delays.length; at++) {
    left -= delays[at] ?? 0
    if (left <= 0) return at / 10
  }
  return MOST_MS / 10
}
