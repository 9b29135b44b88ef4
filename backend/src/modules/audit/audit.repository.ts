import type { AuditEntry, AuditIntent, AuditOutcome } from './audit-entry.js'

/** Which entries to read. */
export interface AuditQuery {
  /** The id or the name of who acted. */
  actor?: string
  action?: string
  outcome?: AuditOutcome
  resourceType?: string
  resourceId?: string
  from?: Date
  /** Up to this time, without it. */
  to?: Date
  /** What the name of the actor or of the resource begins with. */
  text?: string
}

/** Where the audit log is kept. It can only grow: there is no way to change or to remove an entry. */
export abstract class AuditRepository {
  /** Stores entries; what is there already (by its id) stays as it is. @returns how many are new */
  abstract append(entries: AuditEntry[]): Promise<number>
  /** Newest first, at most `limit`, older than the entry `before`. */
  abstract newest(query: AuditQuery, limit: number, before?: string): Promise<AuditEntry[]>
  /** Oldest first, at most `limit`, newer than the entry `after`, up to and without the id `end`. */
  abstract oldest(query: AuditQuery, limit: number, after: string | undefined, end: string): Promise<AuditEntry[]>
}

/** What was begun and is not in the log yet. */
export abstract class AuditIntentRepository {
  abstract insert(intent: AuditIntent): Promise<void>
  abstract remove(id: string): Promise<void>
  /** Those begun before a time, oldest first, at most `limit`. */
  abstract begunBefore(at: Date, limit: number): Promise<AuditIntent[]>
}
