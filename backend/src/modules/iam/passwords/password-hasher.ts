import { Injectable } from '@nestjs/common'
import bcrypt from 'bcrypt'
import { createHash } from 'node:crypto'

const COST = 12
// Two hashes at once at most: more would starve the thread pool that file and DNS work share.
const AT_ONCE = 2

/** bcrypt of a SHA-384 of the password, because bcrypt ignores whatever comes after 72 bytes and stops at a NUL. */
@Injectable()
export class PasswordHasher {
  private running = 0
  private readonly waiting: (() => void)[] = []
  private decoy: Promise<string> | undefined

  hash(password: string): Promise<string> {
    return this.limited(() => bcrypt.hash(digest(password), COST))
  }

  /** Whether the password belongs to the hash. With no hash (no such user, or one without a password) it takes just as long, and is false. */
  async verify(password: string, hash: string | null | undefined): Promise<boolean> {
    if (typeof hash === 'string') return this.limited(() => bcrypt.compare(digest(password), hash))
    this.decoy ??= this.hash('no user has this password')
    const decoy = await this.decoy
    await this.limited(() => bcrypt.compare(digest(password), decoy))
    return false
  }

  private async limited<T>(work: () => Promise<T>): Promise<T> {
    while (this.running >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve))
    this.running++
    try {
      return await work()
    } finally {
      this.running--
      this.waiting.shift()?.()
    }
  }
}

const digest = (password: string): string => createHash('sha384').update(password.normalize('NFC')).digest('base64')
