import type { AuditResource, AuditTrail } from '../../common/auth-context/audit-trail.js'

/** How an attempt ended; `unknown` when the portal stopped while it ran. */
export const AUDIT_OUTCOMES = ['done', 'denied', 'failed', 'unknown'] as const
export type AuditOutcome = (typeof AUDIT_OUTCOMES)[number]

/** By which means someone acted; `system` is the portal itself. */
export const ACTOR_MEANS = ['session', 'token', 'anonymous', 'system'] as const

/** Who acted. */
export interface AuditActor {
  /** Null for someone who had not signed in. */
  id: string | null
  /** The name of the account; at a failed sign-in the name that was given. */
  name: string
  via: (typeof ACTOR_MEANS)[number]
}

/** One line of the audit log. */
export interface AuditEntry {
  /** Sorts by {@link at}. */
  id: string
  at: Date
  actor: AuditActor
  action: string
  outcome: AuditOutcome
  /** The HTTP status that was answered; 0 when there was no answer. */
  status: number
  /** The code of the problem that was answered; null for none. */
  problem: string | null
  resource: { type: string; id: string; name: string | null } | null
  /** The changed fields as they were and as they are, as JSON; null for none. */
  before: string | null
  after: string | null
  address: string
  userAgent: string
  requestId: string
}

/** What is about to be tried; kept until its entries are written, so that nothing can happen without one. */
export interface AuditIntent extends Pick<
  AuditEntry,
  'id' | 'at' | 'actor' | 'action' | 'resource' | 'address' | 'userAgent' | 'requestId'
> {
  /** Method and address, as `PATCH /api/projects/01…`. */
  route: string
}

/** What an attempt was, and how it was answered. */
export interface Attempt {
  intent: Omit<AuditIntent, 'action' | 'route'>
  /** Whether its method can change something. */
  unsafe: boolean
  status: number
  trail: Pick<AuditTrail, 'changes' | 'denied' | 'action' | 'problem'>
}

/**
 * Happens every few minutes in every open page (a session is refreshed) or every few seconds in every open editor (a text is saved), or must not be
 * noted at all (someone looks at a project, who is nobody's business); a refusal, and what anyone would ask about, is told by the trail.
 */
const QUIET_ACTIONS: ReadonlySet<string> = new Set(['auth:refresh', 'report:save', 'card:save', 'project:view'])

/** Whether an attempt is of so little interest that it is written only when it is refused, or when its trail tells of it. */
export const isQuiet = (action: string): boolean => QUIET_ACTIONS.has(action)

/** Whether a refusal that the trail does not tell goes without saying: a session that has ended is no attempt at anything. */
const isUsual = (action: string): boolean => action === 'auth:refresh'

const MAX_VALUES_BYTES = 8 * 1024
const MAX_TEXT = 300

/**
 * The entries of an attempt: one for each change, one for each denial, else one for the attempt as a whole where it could have changed something.
 * Pure. The first has the id of the intent, so that an attempt that was written already is not written again.
 */
export function entriesOf({ intent, unsafe, status, trail }: Attempt): AuditEntry[] {
  const { changes, denied, action, problem = null } = trail
  // Someone who has not signed in and reads what needs it was sent to sign in, not denied.
  if (!unsafe && intent.actor.via === 'anonymous' && status === 401) return []
  const { id, at, actor, address, userAgent, requestId } = intent
  const common = { at, actor, address, userAgent: userAgent.slice(0, MAX_TEXT), requestId, before: null, after: null }
  const entries: Omit<AuditEntry, 'id'>[] = [
    ...changes.map(({ resource, before, after }) => ({
      ...common,
      action: action ?? 'unknown',
      outcome: 'done' as const,
      status,
      problem: null,
      resource: plain(resource),
      before: valuesOf(before),
      after: valuesOf(after),
    })),
    ...denied.map((denial) => ({
      ...common,
      action: denial.action,
      outcome: 'denied' as const,
      status,
      problem,
      resource: denial.resource ? plain(denial.resource) : intent.resource,
    })),
  ]
  const told = denied.length > 0 || (changes.length > 0 && status < 400)
  // A session that only has to be refreshed is no refusal: the same request comes again at once.
  if (
    unsafe &&
    !told &&
    action !== undefined &&
    problem !== 'session-stale' &&
    (!isQuiet(action) || (isRefusal(status) && !isUsual(action)))
  )
    entries.push({ ...common, action, outcome: outcomeOf(status), status, problem, resource: intent.resource })
  return entries.map((entry, i) => ({ id: i === 0 ? id : `${id}-${String(i).padStart(4, '0')}`, ...entry }))
}

/** The entry of an attempt that the portal did not live to see the end of. */
export function unfinished({ route: _route, ...intent }: AuditIntent): AuditEntry {
  return { ...intent, outcome: 'unknown', status: 0, problem: 'the portal stopped while this ran', before: null, after: null }
}

/** Names by which an entry is found, in small letters. */
export const namesOf = ({ actor, resource }: Pick<AuditEntry, 'actor' | 'resource'>): string[] =>
  [actor.name, resource?.name ?? ''].filter((name) => name !== '').map((name) => name.toLowerCase())

const isRefusal = (status: number): boolean => status === 401 || status === 403
const outcomeOf = (status: number): AuditOutcome => (isRefusal(status) ? 'denied' : status >= 400 ? 'failed' : 'done')

const plain = ({ type, id, name }: AuditResource): AuditEntry['resource'] => ({
  type,
  id: id.slice(0, MAX_TEXT),
  name: name?.slice(0, MAX_TEXT) ?? null,
})

/** Values as JSON, without what could be a secret and of a bounded size. Services never tell secrets; this is the second line of defence. */
function valuesOf(values: Record<string, unknown> | undefined): string | null {
  if (values === undefined) return null
  const text = JSON.stringify(values, (key, value: unknown) => (isSecret(key, value) ? '[redacted]' : value))
  const bytes = Buffer.byteLength(text)
  return bytes <= MAX_VALUES_BYTES ? text : JSON.stringify({ truncated: true, bytes, beginning: text.slice(0, MAX_VALUES_BYTES / 4) })
}

// A flag such as mustChangePassword says nothing of the password.
const isSecret = (key: string, value: unknown): boolean =>
  /password|passwd|secret|token|hash|credential|authorization|cookie|apikey|api_key|privatekey/i.test(key) &&
  (typeof value === 'string' || (typeof value === 'object' && value !== null))
