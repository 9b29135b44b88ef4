import { describe, expect, it } from 'vitest'
import { BUILT_IN_SIZES } from '../sizes/size.js'
import { barsOf, BUILT_IN_QUOTA, quotaValuesOf, type QuotaLimits } from './quota.js'

const GPU = 'nvidia.com/gpu'
const quota = (used: Record<string, string>) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'vitrine' },
  status: { used },
})

describe('the bars of a quota', () => {
  it('are what the cluster counts, in the units of the limits, and the apps that are counted here', () => {
    const used = quota({ 'requests.cpu': '1250m', 'requests.memory': '1536Mi', [`requests.${GPU}`]: '1', pods: '3' })
    expect(barsOf({ ...BUILT_IN_QUOTA, gpus: 2 }, 4, used, GPU)).toEqual([
      { resource: 'apps', unit: 'count', used: 4, limit: 20 },
      { resource: 'cpu', unit: 'millicpu', used: 1_250, limit: 8_000 },
      { resource: 'memory', unit: 'MiB', used: 1_536, limit: 16_384 },
      { resource: 'gpus', unit: 'count', used: 1, limit: 2 },
    ])
  })

  it('are empty where the project has no namespace yet, and round up', () => {
    expect(barsOf(BUILT_IN_QUOTA, 0, undefined, GPU).map(({ used }) => used)).toEqual([0, 0, 0, 0])
    expect(barsOf(BUILT_IN_QUOTA, 0, quota({ 'requests.memory': '1' }), GPU)[2]?.used).toBe(1)
  })
})

describe('what the cluster is told', () => {
  it('is by default what projects always had', () => {
    expect(quotaValuesOf(BUILT_IN_QUOTA, GPU, ['knative'])).toMatchObject({ cpuMillis: 8_000, memoryMiB: 16_384, gpus: 0, pods: 30 })
  })

  it('counts the objects of the drivers that there are; Knative keeps a Deployment for each revision', () => {
    const counts = (...drivers: Parameters<typeof quotaValuesOf>[2]) => {
      const { knativeServices, deployments } = quotaValuesOf(BUILT_IN_QUOTA, GPU, drivers)
      return [knativeServices, deployments]
    }
    expect(counts('knative')).toEqual([30, null])
    expect(counts('gateway')).toEqual([null, 30])
    expect(counts('gateway', 'ingress', 'emissary')).toEqual([null, 30])
    expect(counts('knative', 'gateway')).toEqual([30, 1_500])
  })

  it('stops no app by what is not shown as a bar: where requests have room for an app of any size, and for its next version, so has the rest', () => {
    for (const size of BUILT_IN_SIZES) {
      const two: QuotaLimits = { apps: 1, cpuMillis: 2 * size.cpuMillis, memoryMiB: 2 * size.memoryMiB, gpus: 2 * size.gpus }
      const values = quotaValuesOf(two, GPU, ['knative'])
      // Knative's own container beside each copy has a limit of 512 MiB.
      expect(values.memoryLimitMiB, size.id).toBeGreaterThanOrEqual(2 * (size.memoryLimitMiB + 512))
      expect(values.ephemeralMiB, size.id).toBeGreaterThanOrEqual(2 * (size.ephemeralMiB + 64))
    }
  })
})
