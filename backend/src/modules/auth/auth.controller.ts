import { Body, Controller, Get, HttpCode, Inject, Post, Req, Res } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Auth, Can, Public, type AuthContext } from '../../common/auth-context/auth-context.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { LoginDto, SignedInDto } from './auth.dto.js'
import { AuthService } from './auth.service.js'
import { sessionCookie } from './session-cookie.js'

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(
    private readonly auth: AuthService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Post('login')
  @HttpCode(200)
  @Public()
  @ApiOperation({ summary: 'Sign in; sets the session cookie', operationId: 'login' })
  @ApiOkResponse({ type: SignedInDto })
  async login(
    @Body() dto: LoginDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedInDto> {
    const { cookie, ...answer } = await this.auth.login(dto, request.ip)
    const { name, options } = sessionCookie(this.config)
    void reply.setCookie(name, cookie, options)
    return answer
  }

  @Get('me')
  @Can('self:read')
  @ApiOperation({ summary: 'Who is signed in', operationId: 'me' })
  @ApiOkResponse({ type: SignedInDto })
  me(@Auth() auth: AuthContext): SignedInDto {
    return this.auth.me(auth)
  }

  @Post('logout')
  @HttpCode(204)
  @Can('self:update')
  @ApiOperation({ summary: 'Sign out; ends the session', operationId: 'logout' })
  @ApiNoContentResponse()
  async logout(@Auth() auth: AuthContext, @Res({ passthrough: true }) reply: FastifyReply): Promise<void> {
    await this.auth.logout(auth)
    const { name, options } = sessionCookie(this.config)
    void reply.clearCookie(name, options)
  }
}
