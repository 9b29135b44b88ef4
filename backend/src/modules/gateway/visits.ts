import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common'
import { AuditTrail } from '../../common/auth-context/audit-trail.js'
import type { AuthContext, Origin } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { anonymous, AuthService } from '../auth/auth.service.js'
import { EngineDirectory, mayOpen, type ListedEngine } from '../engines/engine.directory.js'
import type { Engine } from '../engines/engine.js'
import { GroupRepository } from '../iam/groups/group.repository.js'
import { AppAddresses } from './app-address.js'
import type { Pass } from './pass.js'
import { ViewerIdentity } from './viewer-identity.js'

/** By what a viewer asks to be let in: a pass of a cookie, or a token of the API, which is good for every app that its owner may open. */
export type Credential = Pick<Pass, 'via' | 'credentialId'> & { engineId: string | null }

/**
 * What is answered to who asks for an app. `unknown` is said alike of an app that is not there and of one that the viewer may not know of.
 * `open` is an app that everyone may reach, `admitted` one that this viewer may.
 */
export type Verdict =
  | { is: 'unknown' }
  | { is: 'open'; engine: Engine }
  | { is: 'admitted'; engine: Engine; auth: AuthContext; identity: Readonly<Record<string, string>> }

/** A request, stream or web socket that is under way. */
interface Visit {
  host: string
  credential: Credential | null
  /** For whom it counts. */
  owner: string
  close: () => void
}

// What was decided is good for so long; twice this and the time of a check stay below the 5 s within which everything must end.
const FRESH_MS = 2_000
/** A pass is good for so long after it was used last. */
export const PASS_MS = 10 * 60_000
// A signed identity is good for five minutes, and is made anew before it is half as old.
const IDENTITY_MS = 120_000
const NOBODY: Origin = { address: '', userAgent: '' }

/** Decides who may reach which app, by the same rules as the API, and ends what is open when that changes. */
@Injectable()
export class Visits implements OnApplicationShutdown {
  private readonly logger = new Logger('Gateway')
  private readonly addresses: AppAddresses
  private readonly identity: ViewerIdentity
  private readonly verdicts = new Map<string, { at: number; verdict: Promise<Verdict> }>()
  private readonly identities = new Map<string, { at: number; subject: string; headers: Record<string, string> }>()
  /** When a credential was used last for an app, in milliseconds. */
  private readonly lastUse = new Map<string, number>()
  private readonly open = new Set<Visit>()
  /** How many of them each viewer has; counted along, because every request asks. */
  private readonly openOf = new Map<string, number>()
  private timer: NodeJS.Timeout | undefined
  private checking = false

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'appsUrl' | 'secret' | 'publicUrl' | 'maxStreams'>,
    private readonly directory: EngineDirectory,
    private readonly auth: AuthService,
    private readonly groups: GroupRepository,
  ) {
    this.addresses = new AppAddresses(config.appsUrl)
    this.identity = new ViewerIdentity(config.secret, config.publicUrl)
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer)
  }

  /** Ends all that is open. */
  closeAll(): void {
    for (const { close } of this.open) close()
  }

  /** What to answer; decided at most two seconds ago. Rejects when the database is away. */
  verdict(host: string, credential: Credential | null): Promise<Verdict> {
    const key = keyOf(host, credential)
    const at = performance.now()
    const known = this.verdicts.get(key)
    if (known && at - known.at < FRESH_MS) return known.verdict
    const verdict = this.decide(host, credential)
    this.verdicts.set(key, { at, verdict })
    // What failed is asked again by the next request.
    verdict.catch(() => this.verdicts.delete(key))
    this.watch()
    return verdict
  }

  /** Whether a pass that has run out is still good, because something of the same session and app was open until a moment ago. */
  isInUse(host: string, credential: Credential): boolean {
    return now().getTime() - (this.lastUse.get(keyOf(host, credential)) ?? 0) < PASS_MS
  }

  /**
   * Counts something that is under way and closes it when its viewer may no longer reach the app. @returns what to call when it has ended, or null when
   * the viewer has as much open as is allowed
   */
  begin(visit: Visit): (() => void) | null {
    const { owner } = visit
    const others = this.openOf.get(owner) ?? 0
    if (others >= this.config.maxStreams) return null
    this.open.add(visit)
    this.openOf.set(owner, others + 1)
    this.used(visit)
    this.watch()
    return () => {
      if (!this.open.delete(visit)) return
      const left = (this.openOf.get(owner) ?? 1) - 1
      if (left === 0) this.openOf.delete(owner)
      else this.openOf.set(owner, left)
      this.used(visit)
    }
  }

  private used({ host, credential }: Pick<Visit, 'host' | 'credential'>): void {
    if (credential !== null) this.lastUse.set(keyOf(host, credential), now().getTime())
  }

  private watch(): void {
    this.timer ??= setInterval(() => void this.check(), FRESH_MS)
  }

  /** Looks at all that is open at once, and forgets what is old. */
  private async check(): Promise<void> {
    if (this.checking) return
    this.checking = true
    try {
      const visits = [...this.open]
      for (const visit of visits) this.used(visit)
      const apps = new Map<string, ListedEngine | null>()
      for (const host of new Set(visits.map((visit) => visit.host))) apps.set(host, await this.directory.atHost(host))
      const credentials = visits.flatMap(({ credential }) => credential ?? [])
      const fresh = credentials.length === 0 ? new Map<string, AuthContext>() : await this.auth.revalidate(credentials.map(contextOf))
      for (const { host, credential, close } of visits)
        if (judge(apps.get(host) ?? null, credential, fresh.get(credential?.credentialId ?? '')) === 'unknown') {
          // Whoever is sent away is not let in again by what was decided a moment before.
          this.verdicts.delete(keyOf(host, credential))
          close()
        }
    } catch (error) {
      // The database is away: what was allowed a moment ago goes on, and is asked again.
      this.logger.debug({ err: error }, 'could not check whether what is open may go on')
    } finally {
      this.checking = false
      this.forget()
    }
  }

  private forget(): void {
    const at = performance.now()
    for (const [key, known] of this.verdicts) if (at - known.at > FRESH_MS) this.verdicts.delete(key)
    for (const [key, known] of this.identities) if (at - known.at > IDENTITY_MS) this.identities.delete(key)
    const oldest = now().getTime() - PASS_MS
    for (const [key, time] of this.lastUse) if (time < oldest) this.lastUse.delete(key)
    if (this.open.size + this.verdicts.size + this.identities.size + this.lastUse.size > 0) return
    clearInterval(this.timer)
    this.timer = undefined
  }

  private async decide(host: string, credential: Credential | null): Promise<Verdict> {
    const [listed, fresh] = await Promise.all([
      this.directory.atHost(host),
      credential === null ? undefined : this.auth.revalidate([contextOf(credential)]),
    ])
    const auth = credential === null ? undefined : fresh?.get(credential.credentialId)
    const judged = judge(listed, credential, auth)
    if (judged === 'unknown' || listed === null) return { is: 'unknown' }
    const { engine } = listed
    if (judged === 'open' || auth === undefined) return { is: 'open', engine }
    return { is: 'admitted', engine, auth, identity: await this.identityOf(host, auth) }
  }

  private async identityOf(host: string, { user, credentialId }: AuthContext): Promise<Record<string, string>> {
    const key = `${host} ${credentialId}`
    const subject = JSON.stringify(user)
    const known = this.identities.get(key)
    if (known && known.subject === subject && performance.now() - known.at < IDENTITY_MS) return known.headers
    const groups = user.groupIds.length === 0 ? [] : await this.groups.findByIds(user.groupIds)
    const names = groups.map(({ name }) => name).sort()
    const headers = await this.identity.headersFor({ ...user, groups: names }, this.addresses.urlOf(host))
    this.identities.set(key, { at: performance.now(), subject, headers })
    return headers
  }
}

/** Whether an app is there for someone: what is decided of each request and of each thing that stays open. Pure. */
export function judge(
  listed: ListedEngine | null,
  credential: Credential | null,
  auth: AuthContext | undefined,
): 'unknown' | 'open' | 'admitted' {
  if (listed === null) return 'unknown'
  const { engine, project, isPrivate } = listed
  const isTheirs = credential !== null && (credential.engineId === null || credential.engineId === engine.id)
  if (isTheirs && auth !== undefined && !auth.mustChangePassword && mayOpen(auth, engine, project)) return 'admitted'
  return isPrivate ? 'unknown' : 'open'
}

const keyOf = (host: string, credential: Credential | null): string =>
  `${host} ${credential?.via ?? ''} ${credential?.credentialId ?? ''} ${credential?.engineId ?? ''}`

/** What is asked about a credential; who it is of is found out by that. */
const contextOf = ({ via, credentialId }: Credential): AuthContext => ({ ...anonymous(NOBODY, new AuditTrail()), via, credentialId })
