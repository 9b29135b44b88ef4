import { Inject, Injectable, Logger } from '@nestjs/common'
import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { now } from '../../../common/clock.js'
import { newId, newSecret } from '../../../common/ids.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import { Mongo } from '../../../platform/mongo/mongo.js'
import { PasswordHasher } from '../passwords/password-hasher.js'
import { newUser } from './user.js'
import { UserRepository } from './user.repository.js'

/** What the credentials file holds. */
export interface Credentials {
  url: string
  username: string
  password: string
}

/** Makes the first admin once the database is there and has none, and writes its sign-in to the credentials file. */
@Injectable()
export class FirstAdmin {
  private readonly logger = new Logger('FirstAdmin')

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly users: UserRepository,
    private readonly hasher: PasswordHasher,
    mongo: Mongo,
  ) {
    // A process that is only the gateway signs nobody in.
    if (config.role !== 'gateway') mongo.onReady('first admin', () => this.ensure())
  }

  /** The file is written before the account is stored: killed in between, the next start takes the password from it, so no one is ever locked out. */
  async ensure(): Promise<void> {
    if (await this.users.hasAdmin()) return
    const { adminUsername: username, adminPassword, credentialsFile, publicUrl: url } = this.config
    if (adminPassword === null && credentialsFile === null)
      throw new Error('There is no admin yet. Give VITRINE_ADMIN_PASSWORD, or VITRINE_CREDENTIALS_FILE for a generated password.')
    const left = credentialsFile === null ? undefined : await readCredentials(credentialsFile)
    const password = adminPassword ?? (left?.username === username ? left.password : newSecret(18))
    if (credentialsFile !== null) await writeCredentials(credentialsFile, { url, username, password })
    const created = await this.users.insert(
      newUser({ id: newId(), username, role: 'admin', passwordHash: await this.hasher.hash(password), createdAt: now() }),
    )
    if (created) this.logger.log(`made the first admin "${username}"`)
  }
}

async function readCredentials(file: string): Promise<Credentials | undefined> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
  const value: unknown = JSON.parse(text)
  const { url, username, password } = value as Partial<Credentials>
  return typeof url === 'string' && typeof username === 'string' && typeof password === 'string' ? { url, username, password } : undefined
}

/** Writes the file whole or not at all, readable by its owner only. */
async function writeCredentials(file: string, credentials: Credentials): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const temporary = `${file}.${process.pid}`
  const handle = await open(temporary, 'w', 0o600)
  try {
    await handle.writeFile(`${JSON.stringify(credentials, null, 2)}\n`)
    await handle.sync()
  } finally {
    await handle.close()
  }
  await rename(temporary, file)
}
