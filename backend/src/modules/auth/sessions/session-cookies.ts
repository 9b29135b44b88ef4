import { Inject, Injectable } from '@nestjs/common'
import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'

/** The values of the three cookies of a browser that is signed in. */
export interface SessionCookieValues {
  access: string
  refresh: string
  /** Readable by the page, which sends it back in X-CSRF-Token: signed double submit. */
  csrf: string
  /** When all three end. */
  expiresAt: Date
}

/**
 * Names and attributes of the session's cookies. Behind TLS they are `__Host-` and Secure. On plain http (a laptop) they cannot be:
 * many clients, unlike browsers on localhost, do not send a Secure cookie there.
 */
@Injectable()
export class SessionCookies {
  readonly names: { access: string; refresh: string; csrf: string }
  private readonly secure: boolean

  constructor(@Inject(CONFIG) config: Config) {
    this.secure = config.publicUrl.startsWith('https:')
    this.names = this.secure
      ? { access: '__Host-vitrine', refresh: '__Host-vitrine-refresh', csrf: '__Host-vitrine-csrf' }
      : { access: 'vitrine_session', refresh: 'vitrine_refresh', csrf: 'vitrine_csrf' }
  }

  read(request: FastifyRequest): Partial<Record<'access' | 'refresh' | 'csrf', string>> {
    const { cookies } = request
    const found: Partial<Record<'access' | 'refresh' | 'csrf', string>> = {}
    for (const kind of ['access', 'refresh', 'csrf'] as const) {
      const value = cookies[this.names[kind]]
      if (value !== undefined) found[kind] = value
    }
    return found
  }

  set(reply: FastifyReply, { access, refresh, csrf, expiresAt }: SessionCookieValues): void {
    void reply.setCookie(this.names.access, access, { ...this.options(true), expires: expiresAt })
    void reply.setCookie(this.names.refresh, refresh, { ...this.options(true), expires: expiresAt })
    void reply.setCookie(this.names.csrf, csrf, { ...this.options(false), expires: expiresAt })
  }

  clear(reply: FastifyReply): void {
    for (const kind of ['access', 'refresh', 'csrf'] as const) void reply.clearCookie(this.names[kind], this.options(kind !== 'csrf'))
  }

  private options(httpOnly: boolean): CookieSerializeOptions {
    return { path: '/', httpOnly, sameSite: 'lax', secure: this.secure }
  }
}
