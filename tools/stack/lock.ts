import { linkSync, mkdirSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { dirname } from 'node:path'
import { readJson, remove } from './files.ts'
import { isAlive, self, type ProcessIdentity } from './identity.ts'
import { sleep } from './time.ts'

/**
 * Runs alone among all processes that lock the same file. A lock whose holder has died (kill -9) is taken over.
 * @param onWait is told once who is being waited for
 */
export async function withLock<T>(file: string, run: () => Promise<T>, onWait?: (holder: number) => void): Promise<T> {
  mkdirSync(dirname(file), { recursive: true })
  let told = false
  while (!tryLock(file)) {
    const holder = readJson<ProcessIdentity>(file)
    if (holder !== null && !isAlive(holder)) {
      takeOver(file)
      continue
    }
    if (holder !== null && !told) {
      told = true
      onWait?.(holder.pid)
    }
    await sleep(200)
  }
  try {
    return await run()
  } finally {
    remove(file)
  }
}

/** Makes the lock appear with its content at once: a link either exists or does not. */
function tryLock(file: string): boolean {
  const candidate = `${file}.${randomBytes(4).toString('hex')}`
  writeFileSync(candidate, JSON.stringify(self()))
  try {
    linkSync(candidate, file)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    unlinkSync(candidate)
  }
}

/** Takes away a dead holder's lock; when somebody else was quicker and already holds it anew, gives it back. */
function takeOver(file: string): void {
  const taken = `${file}.${randomBytes(4).toString('hex')}`
  try {
    renameSync(file, taken)
    if (isAlive(readJson<ProcessIdentity>(taken))) linkSync(taken, file)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'EEXIST'))) throw error
  } finally {
    remove(taken)
  }
}
