import { Global, Module } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { ClusterMonitor } from './cluster-state.js'

@Global()
@Module({
  providers: [
    {
      provide: ClusterMonitor,
      useValue: { state: { state: 'absent', message: 'No cluster is configured.', driver: null, version: null, since: now() } },
    },
  ],
  exports: [ClusterMonitor],
})
export class KubernetesModule {}
