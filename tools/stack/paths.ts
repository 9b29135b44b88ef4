import { createHash } from 'node:crypto'
import { homedir } from 'node:os'
import { join, resolve } from 'node:path'

/** The checkout that this file belongs to. */
export const root = resolve(import.meta.dirname, '../..')

/** Where built tools are kept, outside the checkout so that a fresh clone finds them. */
export const cacheDir = join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'vitrine')

/** Everything that runs or is stored for this checkout. `make clean` removes it. */
export const stateDir = join(root, '.vitrine')

/** The cluster exists once on a host: its record, leases and sockets are the same for every checkout. */
export const hostDir = '/run/vitrine'

export const profiles = ['dev', 'test', 'services'] as const
/** `dev` is `make up`, `test` is `make test`, `services` is the services alone, for developing against them. */
export type Profile = (typeof profiles)[number]

/** The folder of a profile: data, run files and logs. */
export function profileDir(profile: Profile): string {
  return profile === 'dev' ? stateDir : join(stateDir, profile)
}

/** A short, stable hash for names of folders and stamps. */
export function digest(...parts: (string | Uint8Array)[]): string {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part).update('\0')
  return hash.digest('hex').slice(0, 16)
}
