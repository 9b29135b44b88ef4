import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { now } from '../../common/clock.js'
import { isRunning } from './process-group.js'

const PREFIX = 'vitrine-pdf-'
const NAME = new RegExp(`^${PREFIX}(\\d+)-`)

/** A new folder to print one page in; its name says which process prints. @param parent where temporary files go @returns its path */
export const makePrintFolder = (parent: string): Promise<string> => mkdtemp(join(parent, `${PREFIX}${process.pid}-`))

/**
 * Removes the folders in which nobody prints any more: those of processes that are gone, and those that are older than this process while they have its id, as
 * the first process of every container has the same. Portals that share the parent folder must see each other's processes.
 * @returns the names of what was removed
 */
export async function removeForsakenFolders(parent: string): Promise<string[]> {
  const began = now().getTime() - process.uptime() * 1_000
  const removed: string[] = []
  for (const name of await readdir(parent)) {
    const pid = Number(NAME.exec(name)?.[1])
    if (Number.isNaN(pid)) continue
    const folder = join(parent, name)
    const isOurs = pid === process.pid
    if (isOurs ? (await changedAt(folder)) >= began : isRunning(pid)) continue
    await rm(folder, { recursive: true, force: true })
    removed.push(name)
  }
  return removed
}

/** Milliseconds since 1970; the end of time for one that is gone meanwhile. */
const changedAt = (folder: string): Promise<number> =>
  stat(folder).then(
    ({ mtimeMs }) => mtimeMs,
    () => Number.POSITIVE_INFINITY,
  )
