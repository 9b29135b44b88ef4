import { Global, Module } from '@nestjs/common'
import { AuthModule } from '../auth/auth.module.js'
import { EventBus } from './event-bus.js'
import { EventsController } from './events.controller.js'

@Global()
@Module({ imports: [AuthModule], controllers: [EventsController], providers: [EventBus], exports: [EventBus] })
export class EventsModule {}
