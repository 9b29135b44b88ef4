import { Global, Module } from '@nestjs/common'
import { AppWatch, KubernetesAppWatch, WatchedPods } from './app-watch.js'
import { ClusterConnection } from './cluster-connection.js'
import { ClusterMonitor } from './cluster-state.js'
import { Cluster, KubernetesCluster } from './cluster.js'
import { KubeApi } from './kube-api.js'
import { PodFeed } from './pod-feed.js'

@Global()
@Module({
  providers: [
    KubeApi,
    ClusterConnection,
    KubernetesAppWatch,
    { provide: ClusterMonitor, useExisting: ClusterConnection },
    { provide: Cluster, useClass: KubernetesCluster },
    { provide: AppWatch, useExisting: KubernetesAppWatch },
    { provide: PodFeed, useClass: WatchedPods },
  ],
  exports: [KubeApi, ClusterMonitor, Cluster, AppWatch, PodFeed],
})
export class KubernetesModule {}
