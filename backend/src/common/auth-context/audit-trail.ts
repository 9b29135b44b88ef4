/** What a change or a denied attempt was about. */
export interface AuditResource {
  type:
    | 'user'
    | 'group'
    | 'session'
    | 'token'
    | 'project'
    | 'dataset'
    | 'file'
    | 'upload'
    | 'asset'
    | 'report'
    | 'figure'
    | 'engine'
    | 'registry'
    | 'size'
    | 'quota'
    | 'log-limits'
    | 'publication-policy'
    | 'task'
    | 'audit'
  id: string
  /** As people call it. */
  name?: string
}

/** One thing that a request changed; `before` is left out for what is new, `after` for what is gone. Never holds a secret. */
export interface AuditChange {
  resource: AuditResource
  before?: Record<string, unknown>
  after?: Record<string, unknown>
}

/**
 * What one request did, collected while it runs and written to the audit log by the audit module before it is answered.
 * Services tell it what they change; the policy tells it what it denied.
 */
export class AuditTrail {
  readonly changes: AuditChange[] = []
  readonly denied: { action: string; resource?: AuditResource }[] = []
  /** The action of the route that was asked for; undefined until the request has reached one. */
  action: string | undefined
  /** Who acted, where nobody is signed in yet: the name given at sign-in. */
  actorName: string | undefined
  /** The account that has just proven to be theirs by signing in. */
  actorId: string | undefined
  /** The code of the problem that is answered. */
  problem: string | undefined

  change(change: AuditChange): void {
    this.changes.push(change)
  }

  deny(action: string, resource?: AuditResource): void {
    this.denied.push(resource === undefined ? { action } : { action, resource })
  }
}
