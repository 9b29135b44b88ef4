import { Controller, Get, Inject, Req, Res } from '@nestjs/common'
import { ApiFoundResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import type { AuditTrail } from '../../../common/auth-context/audit-trail.js'
import { Public, Trail, type AuthenticatedRequest } from '../../../common/auth-context/auth-context.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { Raises } from '../../../common/problem/raises.js'
import { CONFIG } from '../../../config/config.module.js'
import type { Config } from '../../../config/config.js'
import { originOf } from '../auth.service.js'
import { SessionCookies } from '../sessions/session-cookies.js'
import { OidcService } from './oidc.service.js'
import { safePath } from './safe-path.js'
import { TransactionCookie } from './transaction-cookie.js'

@ApiTags('auth')
@Controller('auth/oidc')
export class OidcController {
  private readonly transaction: TransactionCookie

  constructor(
    private readonly oidc: OidcService,
    private readonly session: SessionCookies,
    @Inject(CONFIG) config: Config,
  ) {
    this.transaction = new TransactionCookie(config)
  }

  @Get('start')
  @Public()
  @ApiOperation({
    summary: 'Sign in at the identity provider; for browsers, which go there',
    description:
      'Leads on to the provider, from there to the callback, and back to the page. A browser that cannot gets to /login?problem=….',
    operationId: 'startOidc',
  })
  @Raises('identity-provider-not-configured', 'identity-provider-unavailable')
  @ApiQuery({ name: 'returnTo', required: false, type: String, description: 'path of a page of the portal, where the sign-in leads' })
  @ApiFoundResponse({ description: "the provider's sign-in page" })
  async start(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    try {
      const [returnTo] = new URLSearchParams(searchOf(request)).getAll('returnTo')
      const { url, sealed } = await this.oidc.begin(safePath(returnTo))
      this.transaction.set(reply, sealed)
      redirect(reply, url)
    } catch (error) {
      // A person gets a page, a program the problem.
      if (!(error instanceof DomainError) || !request.headers.accept?.includes('text/html')) throw error
      redirect(reply, `/login?problem=${error.code}`)
    }
  }

  @Get('callback')
  @Public()
  @ApiOperation({
    summary: 'Where the identity provider sends a browser back to',
    description: 'Sets the cookies of a session and leads to the page that was asked for, or to /login?problem=<code>.',
    operationId: 'finishOidc',
  })
  @ApiQuery({ name: 'code', required: false, type: String })
  @ApiQuery({ name: 'state', required: false, type: String })
  @ApiQuery({ name: 'iss', required: false, type: String })
  @ApiQuery({ name: 'error', required: false, type: String })
  @ApiFoundResponse({ description: 'a page of the portal' })
  async callback(@Req() request: AuthenticatedRequest, @Trail() trail: AuditTrail, @Res() reply: FastifyReply): Promise<void> {
    const sealed = this.transaction.read(request)
    const outcome = await this.oidc.finish(sealed, searchOf(request), originOf(request), trail)
    this.transaction.clear(reply)
    if ('problem' in outcome) return redirect(reply, `/login?problem=${outcome.problem}`)
    this.session.set(reply, outcome.signedIn.cookies)
    redirect(reply, outcome.returnTo)
  }
}

/** The query as it was sent, without the question mark. */
const searchOf = ({ url }: AuthenticatedRequest): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '')

/** Nothing of a sign-in is kept by a cache, or told to the next page by the address of this one. */
function redirect(reply: FastifyReply, location: string): void {
  void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(location, 302)
}
