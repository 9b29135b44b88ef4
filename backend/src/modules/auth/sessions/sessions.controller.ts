import { Controller, Delete, Get, HttpCode, Param, Query } from '@nestjs/common'
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { OwnedListQuery } from '../../iam/users/owned-list.js'
import { SessionPage } from './sessions.dto.js'
import { SessionsService } from './sessions.service.js'

@ApiTags('iam')
@Controller('iam/sessions')
export class SessionsController {
  constructor(private readonly sessions: SessionsService) {}

  @Get()
  @Can('self:read')
  @ApiOperation({ summary: 'Where you are signed in, newest first; for admins also where everyone is', operationId: 'listSessions' })
  @ApiOkResponse({ type: SessionPage })
  list(@Auth() auth: AuthContext, @Query() query: OwnedListQuery): Promise<SessionPage> {
    return this.sessions.list(auth, query)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('self:update')
  @ApiOperation({ summary: 'End a session; its open streams end within 5 s', operationId: 'endSession' })
  @ApiNoContentResponse()
  end(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.sessions.end(auth, id)
  }
}
