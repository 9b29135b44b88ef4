import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { readJson, writeJson } from './files.ts'

/** Keys made once for a state folder. They never leave this machine, and nothing has a default. */
export interface Secrets {
  /** Signs the portal's sessions. */
  portal: string
  s3RootUser: string
  s3RootPassword: string
  /** The service account that the portal uses: it reaches only our buckets. */
  s3AccessKey: string
  s3SecretKey: string
}

function random(length: number): string {
  return randomBytes(length).toString('base64url').replace(/[-_]/g, 'x').slice(0, length)
}

/** Reads the secrets of a state folder; makes and stores them (mode 600) the first time. */
export function ensureSecrets(folder: string): Secrets {
  const path = join(folder, 'secrets.json')
  const stored = readJson<Secrets>(path)
  if (stored) return stored
  const secrets = {
    portal: random(48),
    s3RootUser: random(20),
    s3RootPassword: random(40),
    s3AccessKey: random(20),
    s3SecretKey: random(40),
  }
  writeJson(path, secrets, 0o600)
  return secrets
}
