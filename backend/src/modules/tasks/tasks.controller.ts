import { Controller, Delete, Get, Header, HttpCode, Param, Post, Query, Redirect } from '@nestjs/common'
import { ApiFoundResponse, ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger'
import { Auth, Can, type AuthContext } from '../../common/auth-context/auth-context.js'
import { Raises } from '../../common/problem/raises.js'
import { TaskDto, TaskItemPage, TaskItemsQuery, TaskListQuery, TaskPage } from './tasks.dto.js'
import { TasksService } from './tasks.service.js'

@ApiTags('tasks')
@Controller('tasks')
export class TasksController {
  constructor(private readonly tasks: TasksService) {}

  @Get()
  @Can('task:read')
  @ApiOperation({ summary: 'Work that takes longer than a request, the newest first', operationId: 'listTasks' })
  @ApiOkResponse({ type: TaskPage })
  list(@Query() query: TaskListQuery): Promise<TaskPage> {
    return this.tasks.list(query)
  }

  @Get(':id')
  @Can('task:read')
  @ApiOperation({ summary: 'How far a task is', operationId: 'getTask' })
  @ApiOkResponse({ type: TaskDto })
  get(@Param('id') id: string): Promise<TaskDto> {
    return this.tasks.get(id)
  }

  @Get(':id/items')
  @Can('task:read')
  @ApiOperation({ summary: 'What became of each project, the oldest first', operationId: 'listTaskItems' })
  @ApiOkResponse({ type: TaskItemPage })
  items(@Param('id') id: string, @Query() query: TaskItemsQuery): Promise<TaskItemPage> {
    return this.tasks.items(id, query)
  }

  @Get(':id/download')
  @Can('task:read')
  @Redirect()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ summary: 'Fetch what a task made, from the object store', operationId: 'downloadTaskResult' })
  @Raises('task-without-result')
  @ApiFoundResponse({ description: 'Location is an address in the object store that serves the file for five minutes' })
  async download(@Auth() auth: AuthContext, @Param('id') id: string): Promise<{ url: string; statusCode: number }> {
    return { url: await this.tasks.download(auth, id), statusCode: 302 }
  }

  @Post(':id/cancel')
  @HttpCode(200)
  @Can('task:manage')
  @ApiOperation({
    summary: 'End a task; what was done is kept',
    description: 'It ends within a second or two. One that has ended stays as it is.',
    operationId: 'cancelTask',
  })
  @ApiOkResponse({ type: TaskDto })
  cancel(@Auth() auth: AuthContext, @Param('id') id: string): Promise<TaskDto> {
    return this.tasks.cancel(auth, id)
  }

  @Post(':id/retry')
  @HttpCode(200)
  @Can('task:manage')
  @ApiOperation({ summary: 'Go on with an ended task: what failed, and what was not reached', operationId: 'retryTask' })
  @Raises('task-not-ended', 'task-without-failures', 'task-running')
  @ApiOkResponse({ type: TaskDto })
  retry(@Auth() auth: AuthContext, @Param('id') id: string): Promise<TaskDto> {
    return this.tasks.retry(auth, id)
  }

  @Delete(':id')
  @HttpCode(204)
  @Can('task:manage')
  @ApiOperation({ summary: 'Delete a task that has ended, with its files', operationId: 'deleteTask' })
  @Raises('task-not-ended')
  @ApiNoContentResponse()
  delete(@Auth() auth: AuthContext, @Param('id') id: string): Promise<void> {
    return this.tasks.delete(auth, id)
  }
}
