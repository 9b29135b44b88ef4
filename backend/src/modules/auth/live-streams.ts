import { Inject, Injectable, Logger } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { networkOf } from '../../common/network.js'
import { DomainError } from '../../common/problem/domain-error.js'
import type { SseStream } from '../../common/sse/sse-stream.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { AuthService } from './auth.service.js'

// Twice this and the time of a check stay below the 5 s within which a stream must end.
const CHECK_MS = 2_000

/** What an open stream depends on. */
interface Watched {
  stream: SseStream
  auth: AuthContext
  /** Why it has to end for who is asking now, null when it may go on. */
  check: (auth: AuthContext) => Promise<string | null> | string | null
}

/**
 * Ends open streams when the session or token that opened them ends or may no longer see what they show. All streams are asked for together,
 * every two seconds: a thousand viewers cost a handful of queries.
 */
@Injectable()
export class LiveStreams {
  private readonly logger = new Logger('LiveStreams')
  private readonly watched = new Set<Watched>()
  private timer: NodeJS.Timeout | undefined
  private checking = false

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'maxStreams'>,
    private readonly auth: AuthService,
  ) {}

  /**
   * Before a stream is opened: whether the account, or the address of someone without one, may have another.
   * @throws DomainError `too-many-streams`
   */
  requireRoom(auth: AuthContext): void {
    const limit = this.config.maxStreams
    const open = [...this.watched].filter((entry) => ownerOf(entry.auth) === ownerOf(auth)).length
    if (open >= limit) throw new DomainError('too-many-streams', { limit })
  }

  /** Watches a stream until it closes. */
  watch(stream: SseStream, auth: AuthContext, check: Watched['check'] = () => null): void {
    const entry = { stream, auth, check }
    this.watched.add(entry)
    this.timer ??= setInterval(() => void this.checkAll(), CHECK_MS)
    stream.onClose(() => {
      this.watched.delete(entry)
      if (this.watched.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    })
  }

  private async checkAll(): Promise<void> {
    if (this.checking) return
    this.checking = true
    try {
      const entries = [...this.watched]
      const fresh = await this.auth.revalidate(entries.map(({ auth }) => auth).filter(({ via }) => via !== 'anonymous'))
      await Promise.all(
        entries.map((entry) => this.checkOne(entry, entry.auth.via === 'anonymous' ? entry.auth : fresh.get(entry.auth.credentialId))),
      )
    } catch (error) {
      // The database is away: what was allowed a moment ago goes on, and is asked again.
      this.logger.debug({ err: error }, 'could not check whether open streams may go on')
    } finally {
      this.checking = false
    }
  }

  private async checkOne(entry: Watched, auth: AuthContext | undefined): Promise<void> {
    const reason = auth === undefined || auth.mustChangePassword ? 'you are no longer signed in' : await entry.check(auth)
    if (auth) entry.auth = auth
    if (reason === null || entry.stream.closed) return
    entry.stream.send({ event: 'end', data: { reason } })
    entry.stream.end()
  }
}

/** Whom an open stream counts for. */
const ownerOf = ({ user, origin }: AuthContext): string => user.id || networkOf(origin.address)
