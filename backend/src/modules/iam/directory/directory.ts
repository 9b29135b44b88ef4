import { Injectable } from '@nestjs/common'
import { GroupRepository } from '../groups/group.repository.js'
import { UserRepository } from '../users/user.repository.js'

/** A person or a group. */
export interface DirectoryKey {
  kind: 'user' | 'group'
  id: string
}

/** How a person or a group is called: a person's user name and full name, a group's name twice. */
export interface DirectoryName {
  name: string
  displayName: string
}

/** Who there is: what other modules ask before they give someone a role, and to show who has one. */
@Injectable()
export class Directory {
  constructor(
    private readonly users: UserRepository,
    private readonly groups: GroupRepository,
  ) {}

  /** Whether there is such a person or group. */
  async has({ kind, id }: DirectoryKey): Promise<boolean> {
    return kind === 'user' ? (await this.users.findById(id)) !== null : (await this.groups.findById(id)) !== null
  }

  /** Active people and groups whose name begins with the text, groups first where both are called the same; up to `limit`. */
  async search(text: string, limit: number): Promise<(DirectoryKey & DirectoryName)[]> {
    const begins = text.trim()
    const [users, groups] = await Promise.all([this.users.findByPrefix(begins, limit), this.groups.search({ text: begins, limit })])
    const entries = [
      ...groups.map(({ id, name }) => ({ kind: 'group' as const, id, name, displayName: name })),
      ...users.map(({ id, username, displayName }) => ({ kind: 'user' as const, id, name: username, displayName })),
    ]
    return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0)).slice(0, limit)
  }

  /** The names by `<kind>:<id>`; who is not there any more is left out. */
  async namesOf(keys: readonly DirectoryKey[]): Promise<Map<string, DirectoryName>> {
    const ids = (kind: DirectoryKey['kind']) => keys.filter((key) => key.kind === kind).map(({ id }) => id)
    const [users, groups] = await Promise.all([this.users.findByIds(ids('user')), this.groups.findByIds(ids('group'))])
    return new Map([
      ...users.map(({ id, username, displayName }) => [`user:${id}`, { name: username, displayName }] as const),
      ...groups.map(({ id, name }) => [`group:${id}`, { name, displayName: name }] as const),
    ])
  }
}
