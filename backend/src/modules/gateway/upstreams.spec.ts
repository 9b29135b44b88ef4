import { describe, expect, it } from 'vitest'
import type { EnginePhase } from '../engines/engine.js'
import { Cluster } from '../../platform/kubernetes/cluster.js'
import { KubeError } from '../../platform/kubernetes/kube-error.js'
import type { KubeObject, ObjectRef } from '../../platform/kubernetes/kube-objects.js'
import { Upstreams } from './upstreams.js'

const app = (only: { generation?: number; phase?: EnginePhase; driver?: 'knative' | 'gateway' } = {}) => ({
  host: 'demo',
  namespace: 'ns',
  driver: only.driver ?? ('knative' as const),
  generation: only.generation ?? 1,
  status: { phase: only.phase ?? ('Running' as const) },
})

/** A cluster of which only objects are read. */
function clusterOf(objects: Record<string, object>) {
  const asked: string[] = []
  const state = { away: false }
  const cluster = {
    get: async <T extends KubeObject>({ kind, apiVersion, name, namespace }: ObjectRef): Promise<T | null> => {
      if (state.away) throw new KubeError('unreachable', 'away')
      const key = `${apiVersion.split('/')[0]} ${kind} ${name}`
      asked.push(key)
      return (objects[key] ? { apiVersion, kind, metadata: { name, namespace }, ...objects[key] } : null) as T | null
    },
  } as unknown as Cluster
  return { upstreams: new Upstreams(cluster), asked, state }
}

const service = (clusterIP: string) => ({ spec: { clusterIP, ports: [{ port: 80 }] } })

describe('where an app is reached', () => {
  it('of Knative is the revision that serves, named so that its activator knows it', async () => {
    const objects = {
      'serving.knative.dev Service demo': { status: { latestReadyRevisionName: 'demo-00001' } },
      'v1 Service demo-00001': service('10.96.0.7'),
      'v1 Service demo-00002': service('10.96.0.8'),
    }
    const { upstreams, asked } = clusterOf(objects)
    const first = {
      origin: 'http://10.96.0.7:80',
      headers: { 'knative-serving-namespace': 'ns', 'knative-serving-revision': 'demo-00001' },
    }
    expect(await upstreams.find(app())).toEqual(first)
    expect(await upstreams.find(app())).toEqual(first)
    expect(asked, 'asked once').toHaveLength(2)
    objects['serving.knative.dev Service demo'].status.latestReadyRevisionName = 'demo-00002'
    expect(await upstreams.find(app({ generation: 2, phase: 'Deploying' }))).toMatchObject({ origin: 'http://10.96.0.8:80' })
  })

  it('of a Deployment is its Service; one without an address is reached by name', async () => {
    expect(await clusterOf({ 'v1 Service demo-app': service('fd00::7') }).upstreams.find(app({ driver: 'gateway' }))).toEqual({
      origin: 'http://[fd00::7]:80',
      headers: {},
    })
    const headless = clusterOf({ 'v1 Service demo-app': service('None') })
    expect(await headless.upstreams.find(app({ driver: 'gateway' }))).toMatchObject({ origin: 'http://demo-app.ns.svc:80' })
  })

  it('is nowhere before a revision was ready, and what is known goes on without the API server', async () => {
    expect(await clusterOf({ 'serving.knative.dev Service demo': { status: {} } }).upstreams.find(app())).toBeNull()
    const { upstreams, state } = clusterOf({ 'v1 Service demo-app': service('10.96.0.7') })
    await upstreams.find(app({ driver: 'gateway' }))
    state.away = true
    expect(await upstreams.find(app({ driver: 'gateway', phase: 'Degraded' }))).toMatchObject({ origin: 'http://10.96.0.7:80' })
    upstreams.forget(app())
    await expect(upstreams.find(app({ driver: 'gateway' }))).rejects.toThrow('away')
  })
})
