import { Module } from '@nestjs/common'
import { APP_INTERCEPTOR } from '@nestjs/core'
import { AuditRecorder } from './audit-recorder.js'
import { AuditRecovery } from './audit-recovery.js'
import { AuditController } from './audit.controller.js'
import { AuditInterceptor } from './audit.interceptor.js'
import { MongoAuditIntentRepository, MongoAuditRepository } from './audit.mongo.js'
import { AuditIntentRepository, AuditRepository } from './audit.repository.js'
import { AuditService } from './audit.service.js'

@Module({
  controllers: [AuditController],
  providers: [
    { provide: AuditRepository, useClass: MongoAuditRepository },
    { provide: AuditIntentRepository, useClass: MongoAuditIntentRepository },
    AuditService,
    AuditRecorder,
    AuditRecovery,
    { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
  ],
  exports: [AuditRecorder],
})
export class AuditModule {}
