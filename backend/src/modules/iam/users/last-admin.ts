import { now } from '../../../common/clock.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import type { User } from './user.js'
import type { UserChange, UserRepository, UserSecurityChange } from './user.repository.js'

/**
 * Changes what an account may do, at the revision that was read, so that an admin who can sign in is always left. There are no transactions: two
 * admins who lose the role at the same moment both find the other before. So it is looked at again after the write, and taken back by whoever finds none.
 * @returns the changed account; null when it was changed meanwhile
 * @throws DomainError `last-admin` when nobody were left; the account then is as it was
 */
export async function secureKeepingAdmin(users: UserRepository, user: User, change: UserSecurityChange & UserChange): Promise<User | null> {
  const weaker = user.role === 'admin' && user.state === 'active' && (change.role === 'user' || change.state === 'disabled')
  if (weaker && !(await users.hasAdmin(user.id))) throw new DomainError('last-admin')
  const updated = await users.secure(user.id, user.revision, change, now())
  if (!updated || !weaker || (await users.hasAdmin())) return updated
  await users.secure(user.id, null, valuesOf(user, change), now())
  throw new DomainError('last-admin')
}

/** What stands in the account where the change would put something else. */
export const valuesOf = <C extends Partial<User>>(user: User, change: C): Pick<User, keyof C & keyof User> =>
  Object.fromEntries(Object.keys(change).map((key) => [key, user[key as keyof User]])) as Pick<User, keyof C & keyof User>
