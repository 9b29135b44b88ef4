import { Module } from '@nestjs/common'
import { IamModule } from '../iam/iam.module.js'
import { TaskKinds } from './task-kinds.js'
import { MongoTaskRepository } from './task.mongo.js'
import { TaskNews } from './task-news.js'
import { TaskRepository } from './task.repository.js'
import { TaskSweeper } from './task-sweeper.js'
import { TaskWorker } from './task-worker.js'
import { TasksController } from './tasks.controller.js'
import { TasksService } from './tasks.service.js'

@Module({
  imports: [IamModule],
  controllers: [TasksController],
  providers: [{ provide: TaskRepository, useClass: MongoTaskRepository }, TaskKinds, TaskNews, TaskSweeper, TaskWorker, TasksService],
  exports: [TaskKinds, TasksService],
})
export class TasksModule {}
