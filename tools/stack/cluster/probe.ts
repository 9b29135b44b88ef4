import { request } from 'node:http'
import { waitFor } from '../time.ts'
import type { KubeApi, KubeObject } from './api.ts'
import { probeReference } from './images.ts'
import { appsPort, nodeIp } from './layout.ts'

const namespace = 'vitrine-system'
const name = 'vitrine-probe'
const path = `/apis/serving.knative.dev/v1/namespaces/${namespace}/services/${name}`

/**
 * Deploys a tiny app and calls it on its own host name: a pod can read "Running" long before its controller works, so
 * only an app that answers proves the cluster (admission, controllers, registry, digest resolution, routing).
 */
export async function proveServing(api: KubeApi, signal: AbortSignal): Promise<void> {
  const marker = String(Date.now())
  const applied = await waitFor(() => api.apply(path, probe(marker)), {
    what: "Knative's admission to accept an app",
    timeoutMs: 180_000,
    intervalMs: 250,
    signal,
  })
  const generation = applied.metadata.generation ?? 0
  await waitFor(
    async () => {
      const service = await api.get(path)
      const ready = service?.status?.conditions?.find((condition) => condition.type === 'Ready')
      if (service?.status?.observedGeneration === generation && ready?.status === 'True') return true
      throw new Error(ready?.message ?? 'no state yet')
    },
    { what: 'an app to become ready', timeoutMs: 180_000, intervalMs: 200, signal },
  )
  const host = `${name}.apps.localhost`
  await waitFor(async () => (await statusOf(host)) === 200, {
    what: `http://${nodeIp}:${appsPort} to serve an app`,
    timeoutMs: 60_000,
    signal,
  })
  await api.delete(path)
}

function probe(marker: string): KubeObject {
  return {
    apiVersion: 'serving.knative.dev/v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      template: {
        metadata: { annotations: { 'vitrine.dev/started': marker } },
        spec: {
          containers: [{ image: probeReference(), resources: { requests: { cpu: '10m', memory: '16Mi' } } }],
          // Also the time its pod gets to end: it must not linger for five minutes.
          timeoutSeconds: 5,
        },
      },
    },
  }
}

/** The status that an app's host name answers with, through the ingress. `fetch` would not let us set Host. */
export function statusOf(host: string): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const outgoing = request({ host: nodeIp, port: appsPort, path: '/', headers: { host }, timeout: 5000 }, (incoming) => {
    incoming.resume()
    resolve(incoming.statusCode ?? 0)
  })
  outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 5 s')))
  outgoing.on('error', reject)
  outgoing.end()
  return promise
}

/** Removes the leases of controllers that are gone, so that the new ones need not wait until they expire. */
export async function dropStaleLeases(api: KubeApi): Promise<void> {
  const leases = '/apis/coordination.k8s.io/v1/namespaces/knative-serving/leases'
  const answer = await api.call<{ items?: KubeObject[] }>('GET', leases)
  await Promise.all((answer.body.items ?? []).map((lease) => api.delete(`${leases}/${lease.metadata.name}`)))
}

export async function waitForApi(api: KubeApi, signal: AbortSignal, check: () => void): Promise<void> {
  await waitFor(() => api.ready(), { what: 'the API server', timeoutMs: 90_000, signal, check })
}
