import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')
}

/** The text of a file, or null when there is none. */
export function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (isMissing(error)) return null
    throw error
  }
}

/** The parsed JSON of a file, or null when it is missing or was cut off while being written by something killed. */
export function readJson<T>(path: string): T | null {
  const text = readText(path)
  if (text === null) return null
  try {
    return JSON.parse(text) as T
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** Writes a file whole or not at all: readers never see half of it. */
export function writeAtomically(path: string, content: string, mode = 0o644): void {
  mkdirSync(dirname(path), { recursive: true })
  const temporary = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(temporary, content, { mode })
  renameSync(temporary, path)
}

export function writeJson(path: string, value: unknown, mode = 0o644): void {
  writeAtomically(path, JSON.stringify(value, null, 2) + '\n', mode)
}

/** Names in a folder, sorted; none when the folder does not exist. */
export function list(path: string): string[] {
  try {
    return readdirSync(path).sort()
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

export function exists(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined
}

export function remove(path: string): void {
  rmSync(path, { recursive: true, force: true })
}

/** All files below the given files and folders, sorted, without what a build writes. */
export function walk(...paths: string[]): string[] {
  const found: string[] = []
  for (const path of paths) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat?.isFile()) found.push(path)
    if (!stat?.isDirectory()) continue
    for (const name of list(path)) {
      if (name !== 'node_modules' && name !== 'dist' && name !== '.quasar') found.push(...walk(join(path, name)))
    }
  }
  return found
}
