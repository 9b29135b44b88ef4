import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../exec.ts'
import { readText, remove, writeAtomically } from '../files.ts'
import { apiUrl, nodeIp, nodeName, type ClusterPaths } from './layout.ts'

const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
const validDays = '3650'

/** name, subject, alternative names */
const certificates: [string, string, string][] = [
  [
    'apiserver',
    '/CN=kube-apiserver',
    `IP:127.0.0.1,IP:10.96.0.1,IP:${nodeIp},DNS:localhost,DNS:kubernetes,DNS:kubernetes.default,DNS:kubernetes.default.svc,DNS:kubernetes.default.svc.cluster.local`,
  ],
  ['admin', '/O=system:masters/CN=admin', ''],
  ['kcm', '/CN=system:kube-controller-manager', ''],
  ['scheduler', '/CN=system:kube-scheduler', ''],
  ['kubelet', `/O=system:nodes/CN=system:node:${nodeName}`, `DNS:${nodeName},IP:127.0.0.1,IP:${nodeIp}`],
  ['proxy', '/CN=system:kube-proxy', ''],
  ['front', '/CN=front-proxy-client', ''],
  ['etcd', '/CN=etcd', 'IP:127.0.0.1,DNS:localhost'],
]

/** Makes the cluster's own authority and certificates, once. Keys are readable by root only. */
export async function ensurePki(paths: ClusterPaths): Promise<void> {
  const done = join(paths.pki, 'complete')
  if (existsSync(done)) return
  remove(paths.pki)
  mkdirSync(paths.pki, { recursive: true, mode: 0o700 })
  const openssl = (...args: string[]) => run('openssl', args, { cwd: paths.pki })
  await openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.crt', '-days', validDays, '-subj', '/CN=vitrine-cluster-ca')
  for (const [name, subject, alternatives] of certificates) {
    const extensions = [
      'keyUsage=digitalSignature,keyEncipherment',
      'extendedKeyUsage=serverAuth,clientAuth',
      ...(alternatives ? [`subjectAltName=${alternatives}`] : []),
    ]
    writeFileSync(join(paths.pki, `${name}.ext`), extensions.join('\n') + '\n')
    await openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', subject)
    const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial', '-days', validDays]
    await openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-extfile', `${name}.ext`, '-out', `${name}.crt`)
  }
  await openssl('ecparam', '-genkey', '-name', 'prime256v1', '-noout', '-out', 'sa.key')
  await openssl('ec', '-in', 'sa.key', '-pubout', '-out', 'sa.pub')
  writeFileSync(done, '')
}

/** A kubeconfig as text: JSON is YAML too, and needs no quoting rules. */
export function kubeconfig(context: string, user: Record<string, string>, ca: string): string {
  return (
    JSON.stringify(
      {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: context, cluster: { server: apiUrl, 'certificate-authority-data': base64(ca) } }],
        users: [{ name: context, user }],
        contexts: [{ name: context, context: { cluster: context, user: context } }],
        'current-context': context,
      },
      null,
      2,
    ) + '\n'
  )
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64')
}

export function readPki(paths: ClusterPaths, file: string): string {
  const text = readText(join(paths.pki, file))
  if (text === null) throw new Error(`${join(paths.pki, file)} is missing`)
  return text
}

/** Where the kubeconfig of a component is. */
export function componentKubeconfig(paths: ClusterPaths, name: string): string {
  return join(paths.config, `${name}.kubeconfig`)
}

/** Writes the kubeconfigs of the components and the admin's. */
export function writeKubeconfigs(paths: ClusterPaths): void {
  const ca = readPki(paths, 'ca.crt')
  const write = (path: string, name: string) => {
    const user = {
      'client-certificate-data': base64(readPki(paths, `${name}.crt`)),
      'client-key-data': base64(readPki(paths, `${name}.key`)),
    }
    writeAtomically(path, kubeconfig('vitrine', user, ca), 0o600)
  }
  for (const name of ['kcm', 'scheduler', 'kubelet', 'proxy']) write(componentKubeconfig(paths, name), name)
  write(paths.adminKubeconfig, 'admin')
}
