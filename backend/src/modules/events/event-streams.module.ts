import { Module } from '@nestjs/common'
import { AuthModule } from '../auth/auth.module.js'
import { ProjectsModule } from '../projects/projects.module.js'
import { EventStreams } from './event-streams.js'
import { EventsController } from './events.controller.js'

/** What browsers hear of the events; apart from the bus, which every module may use. */
@Module({ imports: [AuthModule, ProjectsModule], controllers: [EventsController], providers: [EventStreams] })
export class EventStreamsModule {}
