import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { writeAtomically } from '../files.ts'
import type { ServiceSpec } from '../processes.ts'
import { registry, type ClusterPaths } from './layout.ts'

/**
 * Debian's registry on the node's address, where both this machine and the cluster reach it. It asks for no password:
 * only this machine and its pods can reach that address.
 */
export function registrySpec(paths: ClusterPaths): ServiceSpec {
  const config = join(paths.config, 'registry.yaml')
  mkdirSync(paths.registry, { recursive: true })
  writeAtomically(
    config,
    JSON.stringify({
      version: 0.1,
      log: { level: 'warn', accesslog: { disabled: true } },
      storage: { filesystem: { rootdirectory: paths.registry }, delete: { enabled: true } },
      http: { addr: registry },
    }),
  )
  return { name: 'registry', command: 'docker-registry', args: ['serve', config] }
}

export async function registryReady(): Promise<boolean> {
  const response = await fetch(`http://${registry}/v2/`)
  await response.body?.cancel()
  return response.ok
}
