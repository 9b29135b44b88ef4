import type { CookieSerializeOptions } from '@fastify/cookie'
import type { Config } from '../../config/config.js'
import { SESSION_MS } from './session.js'

/**
 * Name and attributes of the session cookie. Behind TLS it is `__Host-` and Secure. On plain http (a laptop) it cannot be:
 * many clients, unlike browsers on localhost, do not send a Secure cookie there.
 */
export function sessionCookie(config: Config): { name: string; options: CookieSerializeOptions } {
  const secure = config.publicUrl.startsWith('https:')
  return {
    name: secure ? '__Host-vitrine' : 'vitrine_session',
    options: { path: '/', httpOnly: true, sameSite: 'lax', secure, maxAge: SESSION_MS / 1000 },
  }
}
