import { Injectable } from '@nestjs/common'
import bcrypt from 'bcrypt'
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const COST = 12
// Two hashes at once at most: more would starve the thread pool that file and DNS work share.
const AT_ONCE = 2
const TEMPORARY = 'sha256$'

/** bcrypt of a SHA-384 of the password, because bcrypt ignores whatever comes after 72 bytes and stops at a NUL. */
@Injectable()
export class PasswordHasher {
  private running = 0
  private readonly waiting: (() => void)[] = []
  private decoy: Promise<string> | undefined

  hash(password: string): Promise<string> {
    return this.limited(() => bcrypt.hash(digest(password), COST))
  }

  /**
   * The hash of a password of {@link newTemporaryPassword}, and of nothing else: that one has 138 random bits, which nobody finds by trying however fast
   * the hash is, so a slow one would add nothing but a quarter of a second for each row of an import. What a person chooses needs {@link hash}.
   */
  hashTemporary(password: string): string {
    const salt = randomBytes(16)
    return `${TEMPORARY}${salt.toString('base64url')}$${fast(password, salt).toString('base64url')}`
  }

  /** Whether the password belongs to the hash. It takes as long for a temporary password, and with no hash (no such user, or one without a password), which is false. */
  async verify(password: string, hash: string | null | undefined): Promise<boolean> {
    if (typeof hash === 'string' && !hash.startsWith(TEMPORARY)) return this.limited(() => bcrypt.compare(digest(password), hash))
    this.decoy ??= this.hash('no user has this password')
    const decoy = await this.decoy
    await this.limited(() => bcrypt.compare(digest(password), decoy))
    return typeof hash === 'string' && isTemporary(password, hash)
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

const fast = (password: string, salt: Buffer): Buffer => createHash('sha256').update(salt).update(password.normalize('NFC')).digest()

function isTemporary(password: string, hash: string): boolean {
  const [salt = '', expected = ''] = hash.slice(TEMPORARY.length).split('$')
  const wanted = Buffer.from(expected, 'base64url')
  const got = fast(password, Buffer.from(salt, 'base64url'))
  return wanted.length === got.length && timingSafeEqual(wanted, got)
}
