import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../exec.ts'
import { root } from '../paths.ts'
import { toolPath } from '../tools.ts'
import { nodeIp } from './layout.ts'

/** The domain of the apps of `make up`. */
export const appsDomain = 'apps.localhost'

/** A portal's gateway, and the domain of the apps that it looks after. */
export interface GatewayRoute {
  /** Of its objects in the cluster. */
  name: string
  /** The part of the apps' hosts after the first label: each portal needs one of its own. */
  domain: string
  /** Where the gateway listens on the node's address. */
  port: number
  /** The portal's namespace prefix, by which Knative is told whose apps are in another domain than {@link appsDomain}. */
  instance: string
}

/** Leads all hosts of the domain that have no route of their own to the gateway. */
export async function addGatewayRoute(kubeconfig: string, { name, domain, port, instance }: GatewayRoute): Promise<void> {
  const said: Record<string, string> = { NAME: name, DOMAIN: domain, ADDRESS: nodeIp, PORT: String(port) }
  const template = readFileSync(join(root, 'tools/cluster/gateway-route.yaml'), 'utf8')
  const input = template.replaceAll(/NAME|DOMAIN|ADDRESS|PORT/g, (word) => said[word] ?? word)
  await kubectl(kubeconfig, ['apply', '--server-side', '--force-conflicts', '--field-manager=vitrine-stack', '-f', '-'], input)
  if (domain !== appsDomain) await tellKnative(kubeconfig, domain, `selector:\n  vitrine.dev/instance: ${instance}\n`)
}

/** Takes away what {@link addGatewayRoute} has made. */
export async function removeGatewayRoute(kubeconfig: string, { name, domain }: GatewayRoute): Promise<void> {
  const objects = 'ingresses.networking.k8s.io,services,endpointslices.discovery.k8s.io'
  await kubectl(kubeconfig, ['delete', '--wait=false', '-n', 'traefik', objects, '-l', `vitrine.dev/gateway=${name}`])
  if (domain !== appsDomain) await tellKnative(kubeconfig, domain, null)
}

async function tellKnative(kubeconfig: string, domain: string, selector: string | null): Promise<void> {
  const patch = JSON.stringify({ data: { [domain]: selector } })
  await kubectl(kubeconfig, ['patch', 'configmap', 'config-domain', '-n', 'knative-serving', '--type=merge', '-p', patch])
}

const kubectl = (kubeconfig: string, args: string[], input?: string) =>
  run(toolPath('kubernetes', 'kubectl'), ['--kubeconfig', kubeconfig, ...args], input === undefined ? {} : { input })
