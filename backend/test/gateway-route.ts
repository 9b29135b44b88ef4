import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../tools/stack/ports.ts'
import type { TestCluster } from './cluster.js'

/** A domain of its own for the apps of one portal, whose gateway has all hosts in it that have no route. */
export interface GatewayRoute {
  /** The portal's settings. */
  env: Record<string, string>
  remove: () => Promise<void>
}

const TEMPLATE = join(import.meta.dirname, '../../tools/cluster/gateway-route.yaml')

/** @param zone first label of the domain, of this test alone @param instance namespace prefix of the portal */
export async function gatewayRoute(cluster: TestCluster, zone: string, instance: string): Promise<GatewayRoute> {
  // Where a pod reaches this machine: the registry has that address, too.
  const address = cluster.registry.split(':')[0] ?? ''
  const port = await freePort(address)
  const appsUrl = cluster.appsUrl.replace('{app}.', `{app}.${zone}.`)
  const domain = new URL(appsUrl.replace('{app}', 'any')).hostname.slice('any.'.length)
  const name = `gateway-${zone}`
  const said: Record<string, string> = { NAME: name, DOMAIN: domain, ADDRESS: address, PORT: String(port) }
  const text = (await readFile(TEMPLATE, 'utf8')).replaceAll(/NAME|DOMAIN|ADDRESS|PORT/g, (word) => said[word] ?? word)
  const folder = await mkdtemp(join(tmpdir(), 'vitrine-gateway-'))
  await writeFile(join(folder, 'route.yaml'), text)
  await cluster.kubectl('apply', '--server-side', '-f', join(folder, 'route.yaml'))
  await rm(folder, { recursive: true })
  // Knative, too, is told that the apps of this portal are in that domain.
  const domains = (value: string | null): Promise<string> =>
    cluster.kubectl(
      'patch',
      'configmap',
      'config-domain',
      '-n',
      'knative-serving',
      '--type=merge',
      '-p',
      JSON.stringify({ data: { [domain]: value } }),
    )
  await domains(`selector:\n  vitrine.dev/instance: ${instance}\n`)
  return {
    env: { VITRINE_GATEWAY_PORT: String(port), VITRINE_GATEWAY_HOST: address, VITRINE_APPS_URL: appsUrl },
    remove: async () => {
      await domains(null)
      await cluster.kubectl('delete', '--wait=false', '-n', 'traefik', 'ingress,service', '-l', `vitrine.dev/gateway=${name}`)
      await cluster.kubectl(
        'delete',
        '--wait=false',
        '-n',
        'traefik',
        'endpointslices.discovery.k8s.io',
        '-l',
        `vitrine.dev/gateway=${name}`,
      )
    },
  }
}
