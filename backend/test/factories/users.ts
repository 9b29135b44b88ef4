import { newId } from '../../src/common/ids.js'
import { PasswordHasher } from '../../src/modules/iam/password-hasher.js'
import { UserRepository } from '../../src/modules/iam/user.repository.js'
import type { TestApp } from '../app.js'
import type { TestClient } from '../client.js'

const PASSWORD = 'test-user-3hT8vW1z'

/** Makes an account without any rights beyond its own things, and signs it in. */
export async function makeUser(portal: TestApp, username: string): Promise<{ client: TestClient; password: string }> {
  const passwordHash = await portal.app.get(PasswordHasher, { strict: false }).hash(PASSWORD)
  const users = portal.app.get(UserRepository, { strict: false })
  await users.insert({ id: newId(), username, displayName: username, role: 'user', passwordHash, createdAt: new Date() })
  const client = portal.anonymous()
  await client.signIn({ username, password: PASSWORD })
  return { client, password: PASSWORD }
}
