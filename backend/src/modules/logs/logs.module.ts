import { Module } from '@nestjs/common'
import { KubeApi } from '../../platform/kubernetes/kube-api.js'
import { LogSource } from '../../platform/kubernetes/log-source.js'
import { ApiLogSource } from '../../platform/kubernetes/log-source-api.js'
import { PodFeed } from '../../platform/kubernetes/pod-feed.js'
import { AuthModule } from '../auth/auth.module.js'
import { EnginesModule } from '../engines/engines.module.js'
import { LogHub, type HubLimits } from './log-hub.js'
import { LogsController } from './logs.controller.js'
import { LogsService } from './logs.service.js'

const MIB = 1024 * 1024

// 50,000 lines of a usual length are about 16 MiB; ten apps that write that much fill what all of them share.
const LIMITS: HubLimits = { lines: 50_000, bytes: 16 * MIB, totalBytes: 160 * MIB }

@Module({
  imports: [AuthModule, EnginesModule],
  controllers: [LogsController],
  providers: [
    { provide: LogSource, useFactory: (api: KubeApi) => new ApiLogSource(api), inject: [KubeApi] },
    { provide: LogHub, useFactory: (feed: PodFeed, source: LogSource) => new LogHub(feed, source, LIMITS), inject: [PodFeed, LogSource] },
    LogsService,
  ],
})
export class LogsModule {}
