import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common'
import type { Observable } from 'rxjs'
import type { AuthenticatedRequest } from '../../common/auth-context/auth-context.js'
import { AuditRecorder } from './audit-recorder.js'

/** Has every request noted before it runs, once it is known who asks. */
@Injectable()
export class AuditInterceptor implements NestInterceptor {
  constructor(private readonly recorder: AuditRecorder) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    await this.recorder.begin(context.switchToHttp().getRequest<AuthenticatedRequest>())
    return next.handle()
  }
}
