import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common'
import { ApiFoundResponse, ApiOkResponse, ApiOperation, ApiQuery, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import { Auth, Can, Public, type AuthContext, type AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { AuthService } from '../auth/auth.service.js'
import { AdmissionDto, JwksDto } from './admissions.dto.js'
import { Admissions } from './admissions.service.js'

@ApiTags('engines')
@Controller()
export class AdmissionsController {
  constructor(
    private readonly admissions: Admissions,
    private readonly auth: AuthService,
  ) {}

  @Post('engines/:id/admission')
  @HttpCode(200)
  @Can('engine:open')
  @ApiOperation({
    summary: 'The address by which you open an app',
    description:
      'Of a private app it carries a ticket that admits you once, within 30 s; ask for another each time. Of any other it is the plain address.',
    operationId: 'admitToEngine',
  })
  @ApiOkResponse({ type: AdmissionDto })
  admit(@Auth() auth: AuthContext, @Param('id') id: string): Promise<AdmissionDto> {
    return this.admissions.admit(auth, id)
  }

  @Get('open')
  @Public()
  @ApiOperation({
    summary: 'Leads a browser to an app; for browsers, which the gateway sends here',
    description:
      'To the app with a ticket, to the sign-in for someone without a session, or to a page that says that there is no such app.',
    operationId: 'openApp',
  })
  @ApiQuery({ name: 'host', required: false, type: String, description: "first label of the app's host" })
  @ApiQuery({ name: 'path', required: false, type: String, description: 'path and query within the app' })
  @ApiFoundResponse({ description: 'the app, or a page of the portal' })
  async open(@Req() request: AuthenticatedRequest, @Res() reply: FastifyReply): Promise<void> {
    const query = new URLSearchParams(request.url.split('?').slice(1).join('?'))
    const [host, path] = [query.get('host'), query.get('path')]
    const auth = await this.identified(request)
    const location = auth === null ? this.admissions.signIn(host, path) : await this.admissions.open(auth, host, path)
    // The address carries a ticket.
    void reply.header('cache-control', 'no-store').header('referrer-policy', 'no-referrer').redirect(location, 302)
  }

  @Get('gateway/jwks')
  @Public()
  @ApiOperation({ summary: 'Keys by which apps check X-Vitrine-Identity', operationId: 'getGatewayKeys' })
  @ApiOkResponse({ type: JwksDto })
  jwks(): Promise<JwksDto> {
    return this.admissions.jwks()
  }

  /** Who is signed in; null for someone who first has to sign in, or to refresh the session, which the page does. */
  private async identified(request: AuthenticatedRequest): Promise<AuthContext | null> {
    try {
      return await this.auth.identify(request)
    } catch (error) {
      if (error instanceof DomainError && (error.code === 'not-signed-in' || error.code === 'session-stale')) return null
      throw error
    }
  }
}
