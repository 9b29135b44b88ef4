import type { CookieSerializeOptions } from '@fastify/cookie'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Config } from '../../../config/config.js'
import { TRANSACTION_MS } from './transaction.js'

/** Name and attributes of the cookie that holds the sealed transaction of a browser. Lax: it comes along when the identity provider sends the browser back. */
export class TransactionCookie {
  readonly name: string
  private readonly options: CookieSerializeOptions

  constructor(config: Pick<Config, 'publicUrl'>) {
    const secure = config.publicUrl.startsWith('https:')
    this.name = secure ? '__Host-vitrine-oidc' : 'vitrine_oidc'
    this.options = { path: '/', httpOnly: true, sameSite: 'lax', secure }
  }

  read(request: FastifyRequest): string | undefined {
    return request.cookies[this.name]
  }

  set(reply: FastifyReply, sealed: string): void {
    void reply.setCookie(this.name, sealed, { ...this.options, maxAge: TRANSACTION_MS / 1000 })
  }

  clear(reply: FastifyReply): void {
    void reply.clearCookie(this.name, this.options)
  }
}
