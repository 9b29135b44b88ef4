import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common'
import { spawn, type ChildProcess } from 'node:child_process'
import { readFile, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { DomainError } from '../../common/problem/domain-error.js'
import { isPdf, MAX_PDF_BYTES, PdfPrinter } from './pdf-printer.js'
import { makePrintFolder, removeForsakenFolders } from './print-folders.js'
import { endGroup, memoryOfGroup } from './process-group.js'

const MOST_MEMORY = 3 * 2 ** 30
const LOOK_EVERY_MS = 500
const MOST_SAID = 4_000
/** Less than a new profile takes. */
const LEAST_SPACE = 8 * 2 ** 20

/**
 * Prints with a Chromium of this machine: a program of its own for each page, with a folder of its own, without a network and without what the portal knows of
 * its environment, ended with all its children when its time is over, when it takes too much memory, or when nobody waits for it any more.
 */
export class ChromiumPrinter extends PdfPrinter implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly isAvailable = true
  private readonly logger = new Logger('ChromiumPrinter')
  private readonly stopping = new AbortController()

  constructor(
    private readonly program: string,
    private readonly seconds: number,
  ) {
    super()
  }

  /** Nothing waits for it: who prints meanwhile has a folder of its own. */
  onApplicationBootstrap(): void {
    void this.sweep()
  }

  private async sweep(): Promise<void> {
    try {
      const removed = await removeForsakenFolders(tmpdir())
      if (removed.length > 0) this.logger.warn({ removed }, 'what portals left that were killed while they printed is gone')
    } catch (error) {
      // They take space and nothing else.
      this.logger.warn({ err: error }, 'folders of portals that were killed while they printed could not be removed')
    }
  }

  onApplicationShutdown(): void {
    this.stopping.abort()
  }

  async print(html: string, signal: AbortSignal): Promise<Buffer> {
    let folder: string | null = null
    try {
      folder = await makePrintFolder(tmpdir())
      await writeFile(join(folder, 'page.html'), html)
      await this.run(folder, AbortSignal.any([signal, this.stopping.signal]))
      return await this.result(join(folder, 'page.pdf'))
    } catch (error) {
      throw signal.aborted ? error : await withoutSpace(error, tmpdir())
    } finally {
      // A process that is just ending may still write.
      if (folder !== null) await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 })
    }
  }

  private async result(file: string): Promise<Buffer> {
    const size = await stat(file).then(
      (found) => found.size,
      () => 0,
    )
    if (size > MAX_PDF_BYTES) throw new DomainError('export-failed', { reason: 'The PDF would be too large.' })
    const bytes = size === 0 ? Buffer.alloc(0) : await readFile(file)
    if (!isPdf(bytes)) throw new DomainError('export-failed', { reason: 'Chromium wrote no PDF.' })
    return bytes
  }

  private async run(folder: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const child = spawn(this.program, argumentsFor(folder), {
      cwd: folder,
      // A group of its own, so that its children are ended with it.
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
    })
    let reason = ''
    const end = (why: string): void => {
      reason ||= why
      if (child.pid !== undefined) endGroup(child.pid)
    }
    const leave = (): void => end('Nobody waits for it any more.')
    signal.addEventListener('abort', leave, { once: true })
    const timer = setTimeout(() => end(`It took longer than ${this.seconds} seconds.`), this.seconds * 1_000)
    const watch = setInterval(() => void this.watch(child, end), LOOK_EVERY_MS)
    const said = lastWordsOf(child)
    try {
      const code = await ended(child)
      if (code !== 0) reason ||= 'Chromium ended without having printed.'
    } catch (error) {
      this.logger.error({ err: error }, 'Chromium cannot be started; see VITRINE_CHROMIUM')
      reason ||= 'Chromium cannot be started.'
    } finally {
      clearTimeout(timer)
      clearInterval(watch)
      signal.removeEventListener('abort', leave)
      // What it has left behind goes with it.
      if (child.pid !== undefined) endGroup(child.pid)
    }
    if (reason === '') return
    this.logger.warn({ reason, said: said() }, 'no PDF was made')
    throw new DomainError('export-failed', { reason })
  }

  private async watch({ pid }: ChildProcess, end: (why: string) => void): Promise<void> {
    if (pid !== undefined && (await memoryOfGroup(pid)) > MOST_MEMORY) end('It needed too much memory.')
  }
}

/** What failed: a disk that is full, or so full that Chromium may not have had the space that it needs, whatever came of that. */
async function withoutSpace(error: unknown, folder: string): Promise<unknown> {
  const refused = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')
  if (!refused && (!(error instanceof DomainError) || (await bytesLeft(folder)) > LEAST_SPACE)) return error
  return new DomainError('disk-full', {}, { cause: error })
}

/** How many bytes can be written to the disk of a folder. */
async function bytesLeft(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}

/** The code with which it ended; null when it was ended. @throws Error when it could not be started */
const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', resolve)
  })

/** Collects the last of what it says about itself. */
function lastWordsOf({ stderr }: ChildProcess): () => string {
  let said = ''
  stderr?.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MOST_SAID)))
  return () => said
}

/** No shell reads these. */
const argumentsFor = (folder: string): string[] => [
  '--headless',
  // It does not start as root otherwise. What it reads runs no script and loads nothing.
  ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ...['--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--no-default-browser-check', '--disable-extensions', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-breakpad', '--disable-crash-reporter', '--mute-audio'],
  // No name is found and no address reached, whatever a page might ask for.
  ...['--host-resolver-rules=MAP * ~NOTFOUND', '--proxy-server=http://127.0.0.1:9', '--proxy-bypass-list=<-loopback>'],
  `--user-data-dir=${join(folder, 'profile')}`,
  '--no-pdf-header-footer',
  `--print-to-pdf=${join(folder, 'page.pdf')}`,
  pathToFileURL(join(folder, 'page.html')).href,
]
