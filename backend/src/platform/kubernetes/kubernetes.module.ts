import { Global, Module } from '@nestjs/common'
import { AppWatch, KubernetesAppWatch, WatchedPods } from './app-watch.js'
import { ClusterConnection } from './cluster-connection.js'
import { ClusterMonitor } from './cluster-state.js'
import { Cluster, KubernetesCluster } from './cluster.js'
import { KubeApi } from './kube-api.js'
import { EventFeed, WatchedEvents } from './log-events.js'
import { PodFeed } from './pod-feed.js'
import { KubernetesQuotaWatch, QuotaWatch } from './quota-watch.js'

@Global()
@Module({
  providers: [
    KubeApi,
    ClusterConnection,
    KubernetesAppWatch,
    { provide: ClusterMonitor, useExisting: ClusterConnection },
    { provide: Cluster, useClass: KubernetesCluster },
    { provide: AppWatch, useExisting: KubernetesAppWatch },
    { provide: QuotaWatch, useClass: KubernetesQuotaWatch },
    { provide: PodFeed, useClass: WatchedPods },
    { provide: EventFeed, useClass: WatchedEvents },
  ],
  exports: [KubeApi, ClusterMonitor, Cluster, AppWatch, QuotaWatch, PodFeed, EventFeed],
})
export class KubernetesModule {}
