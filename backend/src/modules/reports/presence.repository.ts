/** Someone who has a report open in the editor, as far as their page has said lately. */
export interface Presence {
  reportId: string
  projectId: string
  userId: string
  expiresAt: Date
}

/** Where it is kept who writes what, for all portals of the instance. */
export abstract class PresenceRepository {
  /** Notes it, or puts off when it ends. */
  abstract put(presence: Presence): Promise<void>
  abstract remove(reportId: string, userId: string): Promise<void>
  /** Who has the report open. @returns ids of accounts, in an order that stays */
  abstract findOf(reportId: string, at: Date): Promise<string[]>
  abstract findAll(at: Date): Promise<Presence[]>
  abstract removeExpired(at: Date): Promise<void>
}
