import { Injectable } from '@nestjs/common'
import { KubeApi } from './kube-api.js'
import { LogSource, type LogRequest } from './log-source.js'

/** Logs through the API server, which asks the kubelet of the pod's node. */
@Injectable()
export class ApiLogSource extends LogSource {
  constructor(private readonly api: KubeApi) {
    super()
  }

  open({ namespace, pod, container, follow, previous, sinceTime, tailLines }: LogRequest, signal: AbortSignal): AsyncIterable<Buffer> {
    const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(pod)}/log`
    // Silence is normal for an app: the follower looks after connections that hang, so no idle time is set here.
    return this.api.stream(path, { container, follow, previous, timestamps: true, sinceTime, tailLines }, { signal, idleMs: 0 })
  }
}
