import { Injectable } from '@nestjs/common'

/** Who counts failed sign-ins. */
export interface SignInLockSource {
  /** Until when those of the names have to wait that do have to wait now. */
  lockedUntil(usernames: string[]): Promise<Map<string, Date>>
  /** Lets a name try again at once. */
  unlock(username: string): Promise<void>
}

/** What the accounts know of sign-ins that are refused for a while. Whoever counts those says so with {@link use}: signing in knows the accounts, not the other way round. */
@Injectable()
export class SignInLocks implements SignInLockSource {
  private source: SignInLockSource | undefined

  /** Names the one who counts. */
  use(source: SignInLockSource): void {
    this.source = source
  }

  async lockedUntil(usernames: string[]): Promise<Map<string, Date>> {
    return this.source && usernames.length > 0 ? this.source.lockedUntil(usernames) : new Map()
  }

  async unlock(username: string): Promise<void> {
    await this.source?.unlock(username)
  }
}
