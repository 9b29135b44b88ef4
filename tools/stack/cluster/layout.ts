import { join } from 'node:path'
import { digest, hostDir } from '../paths.ts'

/** Fixed addresses: the cluster exists once on a host, and these ranges are private to it. */
export const nodeIp = '10.200.0.1'
export const nodeName = 'vitrine'
export const podRange = '10.244.0.0/16'
export const nodePodRange = '10.244.0.0/24'
export const serviceRange = '10.96.0.0/16'
export const dnsIp = '10.96.0.10'
export const apiPort = 6443
export const kubeletPort = 10_250
export const registryPort = 5000
export const etcdPort = 23_790
export const etcdPeerPort = 23_800
/** Where Traefik serves the apps on the node's address. */
export const appsPort = 30_080

export const apiUrl = `https://${nodeIp}:${apiPort}`
export const registry = `${nodeIp}:${registryPort}`
/** Where tests start a registry of their own, one that asks for a sign-in. The node speaks plain HTTP with it, too. */
export const signInRegistry = `${nodeIp}:${registryPort + 1}`

/** Network links of ours, by names that nobody else uses. */
export const nodeLink = 'vitrine-node'
export const podLink = 'vitrine-pods'
export const networkName = 'vitrine'
/** The parent of all containers' control groups. */
export const cgroupName = 'vitrine'

/** Sockets and container state: short paths (a socket's may have 107 bytes), gone with a reboot like what they describe. */
export const host = {
  dir: hostDir,
  record: join(hostDir, 'cluster.json'),
  lock: join(hostDir, 'cluster.lock'),
  leases: join(hostDir, 'leases'),
  socket: join(hostDir, 'containerd.sock'),
  containerd: join(hostDir, 'containerd'),
  runc: join(hostDir, 'runc'),
  ipam: join(hostDir, 'ipam'),
  sysctls: join(hostDir, 'sysctls.json'),
}

// The kubelet's sockets lie deep below its folder, and a socket's path may have 107 bytes.
const longestStateDir = 64

/** Files of the checkout that owns the running cluster, below <checkout>/.vitrine/cluster. */
export function clusterPaths(stateDir: string) {
  const dir = join(stateDir, 'cluster')
  return {
    dir,
    run: join(dir, 'run'),
    pki: join(dir, 'pki'),
    etcd: join(dir, 'etcd'),
    kubelet: stateDir.length > longestStateDir ? `/var/tmp/vitrine-kubelet-${digest(stateDir).slice(0, 8)}` : join(dir, 'kubelet'),
    podLogs: join(dir, 'pod-logs'),
    containerd: join(dir, 'containerd'),
    registry: join(dir, 'registry'),
    config: join(dir, 'config'),
    adminKubeconfig: join(dir, 'admin.kubeconfig'),
    portalKubeconfig: join(dir, 'portal.kubeconfig'),
    applied: join(dir, 'applied'),
  }
}
export type ClusterPaths = ReturnType<typeof clusterPaths>

/** Every port that the cluster takes, for the check before a start. */
export function clusterPorts() {
  const loopback = '127.0.0.1'
  return [
    { service: 'etcd', host: loopback, port: etcdPort },
    { service: 'etcd (peers)', host: loopback, port: etcdPeerPort },
    { service: 'kube-apiserver', host: nodeIp, port: apiPort },
    { service: 'kube-controller-manager', host: loopback, port: 10_257 },
    { service: 'kube-scheduler', host: loopback, port: 10_259 },
    { service: 'kubelet', host: nodeIp, port: kubeletPort },
    { service: 'kubelet (health)', host: loopback, port: 10_248 },
    { service: 'kube-proxy (health)', host: loopback, port: 10_256 },
    { service: 'kube-proxy (metrics)', host: loopback, port: 10_249 },
    { service: 'registry', host: nodeIp, port: registryPort },
  ]
}
