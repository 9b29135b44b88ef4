import type { UserRepository } from './user.repository.js'

// A search that finds more people than this is no search.
const MOST = 500

/** The ids of those of whom a name begins with the text, as the condition of a search for what is theirs; no condition without a text. */
export async function peopleCalled(users: UserRepository, text = ''): Promise<{ userIds?: string[] }> {
  if (text.trim() === '') return {}
  return { userIds: (await users.findByPrefix(text, MOST)).map(({ id }) => id) }
}
