/** People who are given roles together. Who belongs to it is kept with the accounts, see {@link Membership}. */
export interface Group {
  id: string
  /** Unique; as `vision-lab`. */
  name: string
  description: string
  createdAt: Date
  updatedAt: Date
  /** Raised by each change; a change names the one that it starts from. */
  revision: number
}

/** The fields that a person may change. */
export type GroupChange = Partial<Pick<Group, 'name' | 'description'>>

/** Names of groups. */
export const GROUP_NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/
