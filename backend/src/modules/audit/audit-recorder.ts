import { Injectable, Logger } from '@nestjs/common'
import type { AuditChange } from '../../common/auth-context/audit-trail.js'
import type { AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { entriesOf, isQuiet, type AuditActor, type AuditEntry, type AuditIntent } from './audit-entry.js'
import { AuditIntentRepository, AuditRepository } from './audit.repository.js'

const SYSTEM: AuditActor = { id: null, name: '', via: 'system' }
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])
const RESOURCES = new Set([
  'user',
  'group',
  'session',
  'token',
  'project',
  'dataset',
  'upload',
  'report',
  'engine',
  'size',
  'quota',
  'task',
])

/**
 * Writes what requests did. What may change something is noted before it runs and written when it is answered; what was noted but never written
 * is found by {@link AuditRecovery}. No route has a part in this, so none can forget it.
 */
@Injectable()
export class AuditRecorder {
  private readonly logger = new Logger('Audit')
  private readonly begun = new WeakMap<object, AuditIntent>()

  constructor(
    private readonly entries: AuditRepository,
    private readonly intents: AuditIntentRepository,
  ) {}

  /** Notes what is about to run. @throws when that cannot be stored; it must not run then */
  async begin(request: AuthenticatedRequest): Promise<void> {
    const action = request.trail?.action
    if (SAFE.has(request.method) || action === undefined || isQuiet(action)) return
    const intent = { ...intentOf(request, action), route: `${request.method} ${request.url.split('?')[0]?.slice(0, 300) ?? ''}` }
    await this.intents.insert(intent)
    this.begun.set(request, intent)
  }

  /**
   * Writes what the request did, before its answer leaves. A failure here changes nothing of the answer, because what was done is done: it is logged,
   * and the note that {@link begin} left is found later.
   */
  async finish(request: AuthenticatedRequest, status: number): Promise<void> {
    const { trail } = request
    if (!trail) return
    const begun = this.begun.get(request)
    const intent = begun ? { ...begun, actor: actorOf(request) } : intentOf(request, trail.action ?? 'unknown')
    try {
      await this.append(entriesOf({ intent, unsafe: !SAFE.has(request.method), status, trail }))
    } catch (error) {
      // Its message alone: an error of the driver holds the whole entries.
      const reason = error instanceof Error ? error.message : String(error)
      this.logger.error({ reason, requestId: request.id, action: trail.action }, 'the audit log could not be written')
      return
    }
    // The answer does not wait for this: a note that stays finds its entry written.
    if (begun)
      this.intents
        .remove(begun.id)
        .catch((error: unknown) => this.logger.warn({ err: error }, 'a note of the audit log could not be removed'))
  }

  /** Writes what the portal did of its own accord. A failure is logged: what is done is done. */
  async system(action: string, changes: AuditChange[]): Promise<void> {
    const at = now()
    const intent = { id: newId(at), at, actor: SYSTEM, resource: null, address: '', userAgent: '', requestId: '' }
    try {
      await this.append(
        entriesOf({ intent, unsafe: changes.length > 0, status: 0, trail: { changes, denied: [], action, problem: undefined } }),
      )
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      this.logger.error({ reason, action }, 'the audit log could not be written')
    }
  }

  /** When it ran for so long that it was given up already, what it did is written beside that. */
  private async append(entries: AuditEntry[]): Promise<void> {
    if (entries.length === 0) return
    const added = await this.entries.append(entries)
    const [first] = entries
    if (first && added < entries.length) await this.entries.append([{ ...first, id: newId(first.at) }])
  }
}

function intentOf(request: AuthenticatedRequest, action: string): Omit<AuditIntent, 'route'> {
  const at = now()
  return {
    id: newId(at),
    at,
    actor: actorOf(request),
    action,
    resource: resourceOf(request, action),
    address: request.ip,
    userAgent: String(request.headers['user-agent'] ?? '').slice(0, 300),
    requestId: request.id,
  }
}

function actorOf({ auth, trail }: AuthenticatedRequest): AuditActor {
  if (auth && auth.via !== 'anonymous') return { id: auth.user.id, name: auth.user.username, via: auth.via }
  const name = trail?.actorName ?? ''
  return trail?.actorId === undefined ? { id: null, name, via: 'anonymous' } : { id: trail.actorId, name, via: 'session' }
}

/** The thing that the address names, for attempts that did not get so far as to tell it themselves. */
function resourceOf({ params }: AuthenticatedRequest, action: string): AuditIntent['resource'] {
  const [type = ''] = action.split(':')
  const id = typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined
  return RESOURCES.has(type) && typeof id === 'string' ? { type, id: id.slice(0, 300), name: null } : null
}
