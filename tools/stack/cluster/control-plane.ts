import { join } from 'node:path'
import type { ServiceSpec } from '../processes.ts'
import { toolPath } from '../tools.ts'
import { apiPort, etcdPeerPort, etcdPort, nodeIp, podRange, serviceRange, type ClusterPaths } from './layout.ts'
import { componentKubeconfig } from './pki.ts'

export function etcdSpec(paths: ClusterPaths): ServiceSpec {
  const pki = (file: string) => join(paths.pki, file)
  const client = `https://127.0.0.1:${etcdPort}`
  const peer = `https://127.0.0.1:${etcdPeerPort}`
  return {
    name: 'etcd',
    command: toolPath('etcd', 'etcd'),
    args: [
      `--data-dir=${paths.etcd}`,
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=default=${peer}`,
      // Everything of the cluster is in there: whoever asks shows a certificate of ours.
      ...['', 'peer-'].flatMap((side) => [
        `--${side}cert-file=${pki('etcd.crt')}`,
        `--${side}key-file=${pki('etcd.key')}`,
        `--${side}trusted-ca-file=${pki('ca.crt')}`,
        `--${side}client-cert-auth`,
      ]),
      '--auto-compaction-retention=1h',
      '--logger=zap',
      '--log-level=warn',
    ],
  }
}

export function apiserverSpec(paths: ClusterPaths): ServiceSpec {
  const pki = (file: string) => join(paths.pki, file)
  return {
    name: 'kube-apiserver',
    command: toolPath('kubernetes', 'kube-apiserver'),
    args: [
      `--etcd-servers=https://127.0.0.1:${etcdPort}`,
      `--etcd-cafile=${pki('ca.crt')}`,
      `--etcd-certfile=${pki('etcd.crt')}`,
      `--etcd-keyfile=${pki('etcd.key')}`,
      `--bind-address=${nodeIp}`,
      `--advertise-address=${nodeIp}`,
      `--secure-port=${apiPort}`,
      `--tls-cert-file=${pki('apiserver.crt')}`,
      `--tls-private-key-file=${pki('apiserver.key')}`,
      `--client-ca-file=${pki('ca.crt')}`,
      `--kubelet-client-certificate=${pki('admin.crt')}`,
      `--kubelet-client-key=${pki('admin.key')}`,
      `--kubelet-certificate-authority=${pki('ca.crt')}`,
      '--kubelet-preferred-address-types=InternalIP',
      `--service-account-key-file=${pki('sa.pub')}`,
      `--service-account-signing-key-file=${pki('sa.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-cluster-ip-range=${serviceRange}`,
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--anonymous-auth=false',
      '--profiling=false',
      `--requestheader-client-ca-file=${pki('ca.crt')}`,
      `--proxy-client-cert-file=${pki('front.crt')}`,
      `--proxy-client-key-file=${pki('front.key')}`,
      '--requestheader-allowed-names=front-proxy-client',
      '--requestheader-extra-headers-prefix=X-Remote-Extra-',
      '--requestheader-group-headers=X-Remote-Group',
      '--requestheader-username-headers=X-Remote-User',
    ],
  }
}

export function controllerManagerSpec(paths: ClusterPaths): ServiceSpec {
  const pki = (file: string) => join(paths.pki, file)
  return {
    name: 'kube-controller-manager',
    command: toolPath('kubernetes', 'kube-controller-manager'),
    args: [
      `--kubeconfig=${componentKubeconfig(paths, 'kcm')}`,
      '--bind-address=127.0.0.1',
      `--root-ca-file=${pki('ca.crt')}`,
      `--service-account-private-key-file=${pki('sa.key')}`,
      '--use-service-account-credentials=true',
      `--cluster-cidr=${podRange}`,
      '--allocate-node-cidrs=true',
      // A quota that is made before the CRDs of a fresh cluster are known is only counted at the next round; the default is 5 minutes.
      '--resource-quota-sync-period=10s',
      `--service-cluster-ip-range=${serviceRange}`,
      `--cluster-signing-cert-file=${pki('ca.crt')}`,
      `--cluster-signing-key-file=${pki('ca.key')}`,
      `--flex-volume-plugin-dir=${join(paths.kubelet, 'volume-plugins')}`,
      '--leader-elect=false',
      '--kube-api-qps=200',
      '--kube-api-burst=400',
    ],
  }
}

export function schedulerSpec(paths: ClusterPaths): ServiceSpec {
  return {
    name: 'kube-scheduler',
    command: toolPath('kubernetes', 'kube-scheduler'),
    args: [`--kubeconfig=${componentKubeconfig(paths, 'scheduler')}`, '--bind-address=127.0.0.1', '--leader-elect=false'],
  }
}
