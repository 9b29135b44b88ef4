import { Injectable } from '@nestjs/common'

/** Throws a DomainError while something of the account's stands against its deletion. */
export type DeletionCheck = (userId: string) => Promise<void>

/** What stands against the deletion of an account: each module that keeps things which need an owner registers its check. */
@Injectable()
export class UserDeletion {
  private readonly checks: { name: string; check: DeletionCheck }[] = []

  /** Registers what one module has to ask; checks run in the order of their registration. */
  registerCheck(name: string, check: DeletionCheck): void {
    this.checks.push({ name, check })
  }

  /** @throws DomainError of the first check that refuses */
  async check(userId: string): Promise<void> {
    for (const { check } of this.checks) await check(userId)
  }
}
