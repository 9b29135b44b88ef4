import { Body, Controller, Get, HttpCode, Patch, Post, Req, Res } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply } from 'fastify'
import type { AuditTrail } from '../../common/auth-context/audit-trail.js'
import { Auth, Can, Public, Trail, type AuthContext, type AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { ChangePasswordDto, LoginDto, MeDto, SignedInDto, SignInOptionsDto, UpdateProfileDto } from './auth.dto.js'
import { AuthService, originOf, type SignedIn } from './auth.service.js'
import { SessionCookies } from './sessions/session-cookies.js'

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    private readonly cookies: SessionCookies,
  ) {}

  @Get('options')
  @Public()
  @ApiOperation({ summary: 'How one signs in here', operationId: 'getSignInOptions' })
  @ApiOkResponse({ type: SignInOptionsDto })
  options(): SignInOptionsDto {
    return this.auth.options()
  }

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Sign in; sets the cookies of a session', operationId: 'login' })
  @Raises('invalid-credentials')
  @ApiOkResponse({ type: SignedInDto })
  async login(
    @Body() dto: LoginDto,
    @Req() request: AuthenticatedRequest,
    @Trail() trail: AuditTrail,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto> {
    return this.answer(reply, await this.auth.login(dto, originOf(request), trail))
  }

  @Post('refresh')
  @HttpCode(200)
  @Public()
  @ApiOperation({
    summary: 'New cookies for the session',
    description:
      'The access cookie is good for 10 minutes; the refresh cookie gets new ones, once. Used twice, it was copied, and the session ends.',
    operationId: 'refreshSession',
  })
  @Raises('not-signed-in', 'session-reused')
  @ApiOkResponse({ type: SignedInDto })
  async refresh(
    @Req() request: AuthenticatedRequest,
    @Trail() trail: AuditTrail,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto> {
    try {
      return this.answer(reply, await this.auth.refresh(request, trail))
    } catch (error) {
      this.cookies.clear(reply)
      throw error
    }
  }

  @Get('me')
  @Can('self:read')
  @ApiOperation({ summary: 'Who is signed in', operationId: 'me' })
  @ApiOkResponse({ type: SignedInDto })
  me(@Auth() auth: AuthContext): Promise<SignedInDto> {
    return this.auth.me(auth)
  }

  @Patch('me')
  @Can('self:update')
  @ApiOperation({ summary: 'Change your name or address', operationId: 'updateMe' })
  @ApiOkResponse({ type: MeDto })
  updateProfile(@Auth() auth: AuthContext, @Body() dto: UpdateProfileDto): Promise<MeDto> {
    return this.auth.updateProfile(auth, dto)
  }

  @Post('password')
  @HttpCode(200)
  @Can('self:update')
  @ApiOperation({ summary: 'Change your password; ends your other sessions and your API tokens', operationId: 'changePassword' })
  @Raises('current-password-wrong', 'user-revision-conflict')
  @ApiOkResponse({ type: SignedInDto })
  async changePassword(
    @Auth() auth: AuthContext,
    @Body() dto: ChangePasswordDto,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto> {
    return this.answer(reply, await this.auth.changePassword(auth, dto))
  }

  @Post('logout')
  @HttpCode(204)
  @Can('self:update')
  @ApiOperation({ summary: 'Sign out; ends the session and its open streams', operationId: 'logout' })
  @ApiNoContentResponse()
  async logout(@Auth() auth: AuthContext, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.auth.logout(auth)
    this.cookies.clear(reply)
  }

  private answer(reply: FastifyReply, { answer, cookies }: SignedIn): SignedInDto {
    this.cookies.set(reply, cookies)
    return answer
  }
}
