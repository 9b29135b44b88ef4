import { Body, Controller, Delete, Get, Header, HttpCode, Param, Patch, Post, Query, StreamableFile } from '@nestjs/common'
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../../common/auth-context/auth-context.js'
import { Raises } from '../../../common/problem/raises.js'
import { UserTransferService } from './user-transfer.service.js'
import {
  BulkResultsDto,
  BulkUsersDto,
  CreatedUserDto,
  CreateUserDto,
  ImportResultDto,
  ImportUsersDto,
  ResetPasswordDto,
  UpdateUserDto,
  UserDto,
  UserFilterQuery,
  UserListQuery,
  UserPage,
} from './users.dto.js'
import { UsersService } from './users.service.js'

@ApiTags('iam')
@Controller('iam/users')
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly transfer: UserTransferService,
  ) {}

  @Get()
  @Can('user:manage')
  @ApiOperation({ summary: 'Accounts', operationId: 'listUsers' })
  @ApiOkResponse({ type: UserPage })
  list(@Auth() auth: AuthContext, @Query() query: UserListQuery): Promise<UserPage> {
    return this.users.list(auth, query)
  }

  @Post()
  @Can('user:manage')
  @ApiOperation({ summary: 'Make an account; a generated password is shown only in this answer', operationId: 'createUser' })
  @Raises('user-name-taken')
  @ApiCreatedResponse({ type: CreatedUserDto })
  create(@Auth() auth: AuthContext, @Body() dto: CreateUserDto): Promise<CreatedUserDto> {
    return this.users.create(auth, dto)
  }

  @Post('bulk')
  @HttpCode(200)
  @Can('user:manage')
  @ApiOperation({ summary: 'Give many accounts a role or a state', operationId: 'changeUsers' })
  @ApiOkResponse({ type: BulkResultsDto })
  bulk(@Auth() auth: AuthContext, @Body() dto: BulkUsersDto): Promise<BulkResultsDto> {
    return this.users.bulk(auth, dto)
  }

  @Post('import')
  @HttpCode(200)
  @Can('user:manage')
  @ApiOperation({
    summary: 'Make accounts from a CSV file, or say what would happen',
    description:
      'One invalid row, and nothing is changed. Accounts that exist already are left as they are. Passwords are generated and shown only in this answer.',
    operationId: 'importUsers',
  })
  @Raises('import-invalid')
  @ApiOkResponse({ type: ImportResultDto })
  import(@Auth() auth: AuthContext, @Body() dto: ImportUsersDto): Promise<ImportResultDto> {
    return this.transfer.import(auth, dto)
  }

  @Get('export')
  @Can('user:manage')
  @Header('content-disposition', 'attachment; filename="users.csv"')
  @ApiOperation({
    summary: 'Accounts as a CSV file',
    description: 'Cells that a spreadsheet would run as a formula begin with an apostrophe, which the import takes away again.',
    operationId: 'exportUsers',
  })
  @ApiProduces('text/csv')
  @ApiOkResponse({ content: { 'text/csv': { schema: { type: 'string' } } } })
  async export(@Auth() auth: AuthContext, @Query() query: UserFilterQuery): Promise<StreamableFile> {
    return new StreamableFile(await this.transfer.export(auth, query), { type: 'text/csv; charset=utf-8' })
  }

  @Get(':id')
  @Can('user:manage')
  @ApiOperation({ summary: 'One account', operationId: 'getUser' })
  @ApiOkResponse({ type: UserDto })
  get(@Auth() auth: AuthContext, @Param('id') id: string): Promise<UserDto> {
    return this.users.get(auth, id)
  }

  @Patch(':id')
  @Can('user:manage')
  @ApiOperation({ summary: 'Change an account; a new role or state ends its sessions and tokens', operationId: 'updateUser' })
  @Raises('user-revision-conflict', 'own-account', 'last-admin')
  @ApiOkResponse({ type: UserDto })
  update(@Auth() auth: AuthContext, @Param('id') id: string, @Body() dto: UpdateUserDto): Promise<UserDto> {
    return this.users.update(auth, id, dto)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('user:manage')
  @ApiOperation({ summary: 'Delete an account that owns no projects', operationId: 'deleteUser' })
  @Raises('user-owns-projects', 'own-account', 'last-admin', 'user-revision-conflict')
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.users.delete(auth, id)
  }

  @Post(':id/password')
  @HttpCode(200)
  @Can('user:manage')
  @ApiOperation({
    summary: 'Give an account a new password, shown only in this answer; ends its sessions and tokens',
    operationId: 'resetPassword',
  })
  @Raises('password-from-provider')
  @ApiOkResponse({ type: ResetPasswordDto })
  resetPassword(@Auth() auth: AuthContext, @Param('id') id: string): Promise<ResetPasswordDto> {
    return this.users.resetPassword(auth, id)
  }
}
