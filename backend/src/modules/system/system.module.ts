import { Module } from '@nestjs/common'
import { ProbesController, SystemController } from './system.controller.js'
import { SystemService } from './system.service.js'

@Module({ controllers: [SystemController, ProbesController], providers: [SystemService] })
export class SystemModule {}
