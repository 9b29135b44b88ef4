import { join } from 'node:path'
import type { Profile } from './paths.ts'
import { Progress } from './progress.ts'
import { startStack, type Stack } from './stack.ts'
import { writeJson } from './files.ts'

/**
 * Runs the services without the portal, for developing against them, until a signal comes. Their addresses and keys go
 * to standard output as JSON and to `<profile>/services.json`, progress to standard error.
 */
export async function services(profile: Profile): Promise<number> {
  const stop = Promise.withResolvers<void>()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => stop.resolve())
  const progress = new Progress((line) => process.stderr.write(line + '\n'))
  const stack = await startStack({ profile, progress })
  const show = () => {
    const description = describe(stack)
    writeJson(join(stack.dir, 'services.json'), description, 0o600)
    return description
  }
  process.stdout.write(JSON.stringify(show(), null, 2) + '\n')
  void stack.clusterReady().then(show)
  await stop.promise
  await stack.stop()
  return 0
}

function describe(stack: Stack) {
  const record = stack.clusterRecord()
  return {
    environment: stack.portalEnvironment(),
    cluster: record && {
      state: record.state,
      version: record.version,
      registry: record.registry,
      adminKubeconfig: record.adminKubeconfig,
      portalKubeconfig: record.portalKubeconfig,
    },
    logs: stack.logs,
    pid: process.pid,
  }
}
