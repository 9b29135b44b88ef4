import { createHash } from 'node:crypto'
import { cpSync, lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { dirname, join, matchesGlob } from 'node:path'
import { readText } from '../stack/files.ts'

/** The build file's name, and the name that Docker users expect. */
const buildFiles = ['Containerfile', 'Dockerfile']

/** A folder to build an image from, as it is now. */
export interface Context {
  folder: string
  /** Name of the build file within the folder. */
  buildFile: string
  /** Paths of the files that belong to it, relative and sorted. */
  files: string[]
  /** The build file takes the Debian base that we make (`ARG BASE`). */
  needsBase: boolean
  /** A Go module: its program is compiled on this host and put into the context as `app`. */
  isGo: boolean
}

/** Lists what belongs to a build context. Throws when there is no build file. */
export function readContext(folder: string): Context {
  const buildFile = buildFiles.find((name) => readText(join(folder, name)) !== null)
  if (buildFile === undefined) throw new Error(`No Containerfile in ${folder}: give the folder that holds one.`)
  const ignored = parseIgnore(readText(join(folder, '.containerignore')) ?? readText(join(folder, '.dockerignore')) ?? '')
  const files = walk(folder, '', ignored).sort()
  return {
    folder,
    buildFile,
    files,
    needsBase: /^ARG\s+BASE\b/m.test(readText(join(folder, buildFile)) ?? ''),
    isGo: files.includes('go.mod'),
  }
}

/** Patterns of an ignore file: one glob per line, `#` starts a comment. */
export function parseIgnore(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replace(/^\//, '').replace(/\/$/, ''))
    .filter((line) => line !== '' && !line.startsWith('#'))
}

export function isIgnored(path: string, patterns: string[]): boolean {
  return patterns.some((pattern) => matchesGlob(path, pattern))
}

function walk(folder: string, below: string, ignored: string[]): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`
    if (isIgnored(path, ignored)) return []
    return entry.isDirectory() ? walk(folder, path, ignored) : [path]
  })
}

/**
 * What decides how the image turns out, as one hash: the paths, contents and execute bits of the files, and `inputs`
 * (version of this tool, base image, architecture). Times and owners do not count.
 */
export function hashContext(context: Context, inputs: string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(inputs))
  for (const path of context.files) {
    const file = join(context.folder, path)
    const stat = lstatSync(file)
    const content = stat.isSymbolicLink() ? Buffer.from(readlinkSync(file)) : readFileSync(file)
    hash.update(JSON.stringify([path, stat.isSymbolicLink(), (stat.mode & 0o111) !== 0, content.length])).update(content)
  }
  return hash.digest('hex').slice(0, 32)
}

/** Copies exactly the listed files, so that what is built is what was hashed. */
export function stageContext(context: Context, target: string): void {
  for (const path of context.files) {
    mkdirSync(dirname(join(target, path)), { recursive: true })
    cpSync(join(context.folder, path), join(target, path), { verbatimSymlinks: true })
  }
}
