import { Module } from '@nestjs/common'
import { KubeApi } from '../../platform/kubernetes/kube-api.js'
import { LogSource } from '../../platform/kubernetes/log-source.js'
import { ApiLogSource } from '../../platform/kubernetes/log-source-api.js'
import { PodFeed } from '../../platform/kubernetes/pod-feed.js'
import { AuthModule } from '../auth/auth.module.js'
import { EnginesModule } from '../engines/engines.module.js'
import { LogArchive } from './log-archive.js'
import { BucketLogArchive } from './log-bucket.js'
import { LogEvents } from './log-events.js'
import { LogHub, type HubLimits } from './log-hub.js'
import { MongoLogSegmentRepository } from './log-segment.mongo.js'
import { LogSegmentRepository } from './log-segment.repository.js'
import { LogLimitsController } from './retention/log-limits.controller.js'
import { MongoLogLimitsRepository } from './retention/log-limits.mongo.js'
import { LogLimitsRepository } from './retention/log-limits.repository.js'
import { LogLimitsService } from './retention/log-limits.service.js'
import { LogRetention } from './retention/log-retention.js'
import { LogsController } from './logs.controller.js'
import { LogsService } from './logs.service.js'

const KIB = 1024
const MIB = 1024 * KIB

// 200 apps that nobody reads keep 25 MiB; 16 MiB are about 35,000 lines of a usual length, and ten apps that have so much, or wait for the store with it,
// fill what all of them share.
const LIMITS: HubLimits = {
  lines: 50_000,
  bytes: 16 * MIB,
  idleBytes: 128 * KIB,
  totalBytes: 160 * MIB,
  archive: { bytes: MIB, ms: 30_000, parallel: 4 },
}

@Module({
  imports: [AuthModule, EnginesModule],
  controllers: [LogsController, LogLimitsController],
  providers: [
    { provide: LogSource, useFactory: (api: KubeApi) => new ApiLogSource(api), inject: [KubeApi] },
    { provide: LogSegmentRepository, useClass: MongoLogSegmentRepository },
    { provide: LogArchive, useClass: BucketLogArchive },
    {
      provide: LogHub,
      useFactory: (feed: PodFeed, source: LogSource, archive: LogArchive) => new LogHub(feed, source, LIMITS, archive),
      inject: [PodFeed, LogSource, LogArchive],
    },
    { provide: LogLimitsRepository, useClass: MongoLogLimitsRepository },
    LogEvents,
    LogLimitsService,
    LogRetention,
    LogsService,
  ],
})
export class LogsModule {}
