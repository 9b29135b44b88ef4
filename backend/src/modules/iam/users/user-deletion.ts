import { Injectable } from '@nestjs/common'

/** Throws a DomainError while something of the account's stands against its deletion. */
export type DeletionCheck = (userId: string) => Promise<void>

/** Removes what one module keeps of an account. Idempotent. */
export type DeletionCleaner = (userId: string) => Promise<void>

/** What the deletion of an account means to other modules: one that keeps things which need an owner registers its check, one that keeps what goes with the account its cleaner. */
@Injectable()
export class UserDeletion {
  private readonly checks: { name: string; check: DeletionCheck }[] = []
  private readonly cleaners: { name: string; clean: DeletionCleaner }[] = []

  /** Registers what one module has to ask; checks run in the order of their registration. */
  registerCheck(name: string, check: DeletionCheck): void {
    this.checks.push({ name, check })
  }

  /** @throws DomainError of the first check that refuses */
  async check(userId: string): Promise<void> {
    for (const { check } of this.checks) await check(userId)
  }

  /** Registers what one module has to remove; cleaners run in the order of their registration. */
  registerCleaner(name: string, clean: DeletionCleaner): void {
    this.cleaners.push({ name, clean })
  }

  /** Removes what goes with the account, before the account itself. */
  async clean(userId: string): Promise<void> {
    for (const { clean } of this.cleaners) await clean(userId)
  }
}
