import { newId } from '../../src/common/ids.js'
import { PasswordHasher } from '../../src/modules/iam/passwords/password-hasher.js'
import { newUser } from '../../src/modules/iam/users/user.js'
import { UserRepository } from '../../src/modules/iam/users/user.repository.js'
import type { TestApp } from '../app.js'
import type { TestClient } from '../client.js'

const PASSWORD = 'test-user-3hT8vW1z'

/** Makes an account without any rights beyond its own things, and signs it in. */
export async function makeUser(portal: TestApp, username: string): Promise<{ client: TestClient; password: string }> {
  const passwordHash = await portal.app.get(PasswordHasher, { strict: false }).hash(PASSWORD)
  const users = portal.app.get(UserRepository, { strict: false })
  await users.insert(newUser({ id: newId(), username, passwordHash, createdAt: new Date() }))
  const client = portal.anonymous()
  await client.signIn({ username, password: PASSWORD })
  return { client, password: PASSWORD }
}
