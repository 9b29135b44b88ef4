import type { Group, GroupChange } from './group.js'

/** Where groups are kept. */
export abstract class GroupRepository {
  /** @returns false when its name is taken */
  abstract insert(group: Group): Promise<boolean>
  abstract findById(id: string): Promise<Group | null>
  abstract findByIds(ids: string[]): Promise<Group[]>
  abstract findByName(name: string): Promise<Group | null>
  abstract findByNames(names: string[]): Promise<Group[]>
  /** By name; up to `limit + 1`. @param text what the name begins with @param words each of which name or description contains @param ids only those */
  abstract search(query: { text?: string; words?: string[]; ids?: string[]; afterName?: string; limit: number }): Promise<Group[]>
  /** Changes it if it is still at `revision`. @returns the changed group, null when it is not, `name-taken` */
  abstract update(id: string, revision: number, change: GroupChange, at: Date): Promise<Group | null | 'name-taken'>
  /** @returns whether it was there */
  abstract remove(id: string): Promise<boolean>
}
