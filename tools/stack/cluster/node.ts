import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readText, writeAtomically } from '../files.ts'
import type { ServiceSpec } from '../processes.ts'
import { toolDir, toolPath } from '../tools.ts'
import {
  cgroupName,
  dnsIp,
  host,
  networkName,
  nodeIp,
  nodeName,
  nodePodRange,
  podLink,
  podRange,
  registry,
  signInRegistry,
  type ClusterPaths,
} from './layout.ts'
import { componentKubeconfig } from './pki.ts'

/** containerd with everything it writes below our folders. */
export function containerdSpec(paths: ClusterPaths, sandboxImage: string): ServiceSpec {
  const config = join(paths.config, 'containerd.toml')
  const cni = join(paths.config, 'cni')
  const certificates = join(paths.config, 'certs.d')
  writeAtomically(
    config,
    `version = 3
root = "${paths.containerd}"
state = "${host.containerd}"
disabled_plugins = ["io.containerd.internal.v1.opt"]
[grpc]
  address = "${host.socket}"
[plugins.'io.containerd.nri.v1.nri']
  disable = true
[plugins.'io.containerd.cri.v1.runtime']
  # A root without CAP_SYS_RESOURCE (as in many virtual machines and containers) may not lower an oom score.
  restrict_oom_score_adj = true
  # Network namespaces are mounted below our state folder, where nobody else's are.
  netns_mounts_under_state_dir = true
  [plugins.'io.containerd.cri.v1.runtime'.cni]
    bin_dirs = ["${toolDir('cni')}"]
    conf_dir = "${cni}"
  [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins.'io.containerd.cri.v1.runtime'.containerd.runtimes.runc.options]
      SystemdCgroup = false
      Root = "${host.runc}"
[plugins.'io.containerd.cri.v1.images'.pinned_images]
  sandbox = "${sandboxImage}"
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "${certificates}"
`,
  )
  for (const name of [registry, signInRegistry]) {
    writeAtomically(
      join(certificates, name, 'hosts.toml'),
      `server = "http://${name}"
[host."http://${name}"]
  capabilities = ["pull", "resolve"]
`,
    )
  }
  writeAtomically(
    join(cni, '10-vitrine.conflist'),
    JSON.stringify({
      cniVersion: '1.0.0',
      name: networkName,
      plugins: [
        {
          type: 'bridge',
          bridge: podLink,
          isGateway: true,
          hairpinMode: true,
          ipam: {
            type: 'host-local',
            dataDir: host.ipam,
            ranges: [[{ subnet: nodePodRange }]],
            routes: [{ dst: '0.0.0.0/0' }],
          },
        },
      ],
    }),
  )
  return {
    name: 'containerd',
    command: toolPath('containerd', 'containerd'),
    args: ['--config', config, '--log-level', 'warn'],
    env: { ...process.env, PATH: `${toolDir('containerd')}:${process.env['PATH']}:/usr/sbin:/sbin` },
  }
}

/** Name servers outside this machine, in resolv.conf's syntax; a stub on the loopback address is useless in a pod. */
export function upstreamResolvers(texts: (string | null)[]): string[] {
  for (const text of texts) {
    const servers = (text ?? '')
      .split('\n')
      .map((line) => /^\s*nameserver\s+(\S+)/.exec(line)?.[1])
      .filter((server) => server !== undefined)
      .filter((server) => !server.startsWith('127.') && server !== '::1')
    if (servers.length > 0) return servers
  }
  return []
}

export function hostResolvers(): string[] {
  return upstreamResolvers([readText('/etc/resolv.conf'), readText('/run/systemd/resolve/resolv.conf')])
}

export function kubeletSpec(paths: ClusterPaths): ServiceSpec {
  const config = join(paths.config, 'kubelet.json')
  const resolvers = hostResolvers()
  writeAtomically(
    join(paths.config, 'resolv.conf'),
    (resolvers.length > 0 ? resolvers : ['127.0.0.1']).map((server) => `nameserver ${server}\n`).join(''),
  )
  mkdirSync(paths.podLogs, { recursive: true })
  writeAtomically(
    config,
    JSON.stringify(
      {
        apiVersion: 'kubelet.config.k8s.io/v1beta1',
        kind: 'KubeletConfiguration',
        address: nodeIp,
        failCgroupV1: false,
        cgroupDriver: 'cgroupfs',
        cgroupRoot: `/${cgroupName}`,
        oomScoreAdj: 0,
        failSwapOn: false,
        containerRuntimeEndpoint: `unix://${host.socket}`,
        authentication: {
          anonymous: { enabled: false },
          webhook: { enabled: true },
          x509: { clientCAFile: join(paths.pki, 'ca.crt') },
        },
        authorization: { mode: 'Webhook' },
        tlsCertFile: join(paths.pki, 'kubelet.crt'),
        tlsPrivateKeyFile: join(paths.pki, 'kubelet.key'),
        clusterDNS: [dnsIp],
        clusterDomain: 'cluster.local',
        resolvConf: join(paths.config, 'resolv.conf'),
        podLogsDir: paths.podLogs,
        volumePluginDir: join(paths.kubelet, 'volume-plugins'),
        makeIPTablesUtilChains: false,
        serializeImagePulls: false,
        // A laptop's disk is often nearly full; images are thrown away only when it is really needed.
        evictionHard: { 'memory.available': '100Mi' },
        imageGCHighThresholdPercent: 99,
        imageGCLowThresholdPercent: 98,
      },
      null,
      2,
    ),
  )
  return {
    name: 'kubelet',
    command: toolPath('kubernetes', 'kubelet'),
    args: [
      `--config=${config}`,
      `--kubeconfig=${componentKubeconfig(paths, 'kubelet')}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${nodeIp}`,
      `--root-dir=${paths.kubelet}`,
      `--cert-dir=${join(paths.kubelet, 'pki')}`,
    ],
  }
}

export function kubeProxySpec(paths: ClusterPaths): ServiceSpec {
  return {
    name: 'kube-proxy',
    command: toolPath('kubernetes', 'kube-proxy'),
    args: [
      `--kubeconfig=${componentKubeconfig(paths, 'proxy')}`,
      `--hostname-override=${nodeName}`,
      `--cluster-cidr=${podRange}`,
      '--proxy-mode=nftables',
      '--healthz-bind-address=127.0.0.1:10256',
      '--metrics-bind-address=127.0.0.1:10249',
    ],
  }
}
