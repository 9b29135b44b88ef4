import { DRIVER_NAMES, DRIVER_SPECS, type DriverName } from '../../src/platform/kubernetes/drivers.js'
import type { Manifest } from '../../src/platform/kubernetes/kube-objects.js'
import {
  renderApp,
  renderProject,
  renderSecret,
  SAMPLE_PROJECT,
  SAMPLE_SECRET,
  secretNameOf,
  type AppValues,
} from '../../src/platform/manifests/manifests.js'
import type { AppScope } from '../../src/platform/manifests/pod-policy.js'
import { loadTemplates, type Templates } from '../../src/platform/manifests/templates.js'

/** The kinds by which pods come about. */
export const POD_KINDS = ['Pod', 'Deployment', 'Knative service'] as const
export type PodKind = (typeof POD_KINDS)[number]

/** A manifest of an app that takes more than an app may have, and what it does. */
export interface HostilePod {
  name: string
  kind: PodKind
  manifest: Manifest
}

/** What is to be changed in a pod template, by path; `container` is its one container, undefined takes a field away. */
type Change = Record<string, unknown>

const volume = (source: Record<string, unknown>, mount: Record<string, unknown> = {}): Change => ({
  'spec.volumes': [{ name: 'v', ...source }],
  'container.volumeMounts': [{ name: 'v', mountPath: '/data', ...mount }],
})
const SCRATCH = { emptyDir: { sizeLimit: '1Mi' } }
const env = (valueFrom: Record<string, unknown>): Change => ({ 'container.env': [{ name: 'STOLEN', valueFrom }] })
const annotated = (key: string, value: string): Change => ({ 'metadata.annotations': { [key]: value } })
const METADATA_HOST = '169.254.169.254'

/** Another container beside the app's: as well behaved as that, but for `change`. */
const beside = (list: string, name: string, change: Record<string, unknown> = {}): Change => ({ [`beside.${list}`]: { name, ...change } })

const CHANGES: Record<string, Change> = {
  // The machine's own namespaces.
  'network of the machine': { 'spec.hostNetwork': true },
  'processes of the machine': { 'spec.hostPID': true },
  'shared memory of the machine': { 'spec.hostIPC': true },
  'network, processes and memory of the machine': { 'spec.hostNetwork': true, 'spec.hostPID': true, 'spec.hostIPC': true },
  'processes of all its containers': { 'spec.shareProcessNamespace': true },
  'a port of the machine': { 'container.ports': [{ containerPort: 8080, hostPort: 8080 }] },
  'a port of one address of the machine': { 'container.ports': [{ containerPort: 8080, hostIP: '127.0.0.1' }] },
  'names of hosts of its own': { 'spec.hostAliases': [{ ip: '10.96.0.1', hostnames: ['registry.example.org'] }] },
  'name servers of its own': { 'spec.dnsPolicy': 'None', 'spec.dnsConfig': { nameservers: ['203.0.113.1'] } },
  'name servers of the machine': { 'spec.dnsPolicy': 'Default' },
  'a search path for names': { 'spec.dnsConfig': { searches: ['kube-system.svc.cluster.local'] } },
  // Rights in the machine.
  privileged: { 'container.securityContext.privileged': true },
  'privileged, by name only': { 'container.securityContext': { privileged: true } },
  'gains rights': { 'container.securityContext.allowPrivilegeEscalation': true },
  'may gain rights': { 'container.securityContext.allowPrivilegeEscalation': undefined },
  'all capabilities': { 'container.securityContext.capabilities': { add: ['ALL'] } },
  'SYS_ADMIN beside drop ALL': { 'container.securityContext.capabilities': { drop: ['ALL'], add: ['SYS_ADMIN'] } },
  'SYS_PTRACE beside drop ALL': { 'container.securityContext.capabilities': { drop: ['ALL'], add: ['SYS_PTRACE'] } },
  'NET_RAW beside drop ALL': { 'container.securityContext.capabilities': { drop: ['ALL'], add: ['NET_RAW'] } },
  'NET_BIND_SERVICE, which "restricted" allows': { 'container.securityContext.capabilities': { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } },
  'drops one capability only': { 'container.securityContext.capabilities': { drop: ['NET_RAW'] } },
  'keeps its capabilities': { 'container.securityContext.capabilities': undefined },
  'no security context': { 'container.securityContext': undefined },
  'no security context at all': { 'container.securityContext': {}, 'spec.securityContext': undefined },
  'unmasked /proc': { 'container.securityContext.procMount': 'Unmasked' },
  'no seccomp': { 'container.securityContext.seccompProfile': { type: 'Unconfined' } },
  'no seccomp in the pod': { 'spec.securityContext': { runAsNonRoot: true, seccompProfile: { type: 'Unconfined' } } },
  'no AppArmor': { 'container.securityContext.appArmorProfile': { type: 'Unconfined' } },
  'no AppArmor in the pod': { 'spec.securityContext': { runAsNonRoot: true, appArmorProfile: { type: 'Unconfined' } } },
  'SELinux of a super-privileged container': { 'container.securityContext.seLinuxOptions': { type: 'spc_t' } },
  'another SELinux user': { 'spec.securityContext': { runAsNonRoot: true, seLinuxOptions: { user: 'system_u', role: 'system_r' } } },
  'a process of a Windows machine': {
    'spec.securityContext': { windowsOptions: { hostProcess: true, runAsUserName: 'NT AUTHORITY\\SYSTEM' } },
  },
  'an unsafe sysctl': { 'spec.securityContext': { runAsNonRoot: true, sysctls: [{ name: 'kernel.msgmax', value: '65536' }] } },
  'a sysctl that "restricted" allows': {
    'spec.securityContext': { runAsNonRoot: true, sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] },
  },
  // Root.
  'user root': { 'container.securityContext.runAsUser': 0 },
  'user root, openly': { 'container.securityContext.runAsUser': 0, 'container.securityContext.runAsNonRoot': false },
  'may be root': { 'container.securityContext.runAsNonRoot': false },
  'user root in the pod': {
    'spec.securityContext': { runAsNonRoot: false, runAsUser: 0 },
    'container.securityContext.runAsNonRoot': false,
  },
  'group root': { 'container.securityContext.runAsGroup': 0 },
  'group root in the pod': { 'spec.securityContext': { runAsNonRoot: true, runAsGroup: 0 } },
  'files of group root': { 'spec.securityContext': { runAsNonRoot: true, fsGroup: 0 } },
  'group root besides': { 'spec.securityContext': { runAsNonRoot: true, supplementalGroups: [0] } },
  'the user of the image': { 'container.securityContext.runAsUser': undefined },
  // The API server.
  'the default account': { 'spec.serviceAccountName': 'default' },
  "another's account": { 'spec.serviceAccountName': 'vitrine-portal' },
  'the default account by its old name': { 'spec.serviceAccountName': undefined, 'spec.serviceAccount': 'default' },
  'no account named': { 'spec.serviceAccountName': undefined },
  'a token of its account': { 'spec.automountServiceAccountToken': true },
  'a token of its account, unsaid': { 'spec.automountServiceAccountToken': undefined },
  'a token in a volume': volume({ projected: { sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] } }),
  'a token for another audience': volume({ projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }] } }),
  'a certificate in a volume': volume({
    projected: { sources: [{ clusterTrustBundle: { name: 'example', path: 'ca.crt', optional: true } }] },
  }),
  'addresses of all Services': { 'spec.enableServiceLinks': true },
  'addresses of all Services, unsaid': { 'spec.enableServiceLinks': undefined },
  // Files and values of others.
  'the disk of the machine': volume({ hostPath: { path: '/' } }),
  'the socket of the runtime': volume({ hostPath: { path: '/run/containerd/containerd.sock', type: 'Socket' } }),
  'the logs of the machine, read only': volume({ hostPath: { path: '/var/log' } }, { readOnly: true }),
  'the Secret of another app': volume({ secret: { secretName: 'other-env-of-others' } }),
  'the Secret of another app in a projection': volume({ projected: { sources: [{ secret: { name: 'other' } }] } }),
  'a ConfigMap': volume({ configMap: { name: 'kube-root-ca.crt' } }),
  'what the pod is, as files': volume({ downwardAPI: { items: [{ path: 'n', fieldRef: { fieldPath: 'metadata.uid' } }] } }),
  'a claim on a disk': volume({ persistentVolumeClaim: { claimName: 'data-of-others' } }),
  'a disk of its own': volume({
    ephemeral: {
      volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Ti' } } } },
    },
  }),
  'a share of files': volume({ nfs: { server: '10.0.0.1', path: '/' } }),
  'a disk of the network': volume({ iscsi: { targetPortal: '10.0.0.1:3260', iqn: 'iqn.2026-01.org.example:disk', lun: 0 } }),
  'a disk of a driver': volume({ csi: { driver: 'secrets-store.csi.k8s.io', volumeAttributes: { secretProviderClass: 'all' } } }),
  'a disk of a fibre channel': volume({ fc: { targetWWNs: ['50060e801049cfd1'], lun: 0 } }),
  'a plugin of the machine': volume({ flexVolume: { driver: 'example.org/shell' } }),
  'the files of another image': volume({ image: { reference: '10.200.0.1:5000/others:1', pullPolicy: 'Never' } }),
  'scratch space without a limit': volume({ emptyDir: {} }),
  'huge pages as scratch space': volume({ emptyDir: { medium: 'HugePages', sizeLimit: '1Mi' } }),
  'a part of a volume': volume(SCRATCH, { subPath: '../..' }),
  'a part of a volume by name': volume(SCRATCH, { subPath: 'a' }),
  'a part of a volume by a variable': volume(SCRATCH, { subPathExpr: '$(HOME)' }),
  'mounts that reach the machine': volume(SCRATCH, { mountPropagation: 'Bidirectional' }),
  'mounts that come from the machine': volume(SCRATCH, { mountPropagation: 'HostToContainer' }),
  'a volume over /etc': volume(SCRATCH, { mountPath: '/etc' }),
  'a volume over /proc': volume(SCRATCH, { mountPath: '/proc/self' }),
  'a volume where tokens are': volume(SCRATCH, { mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }),
  'a volume that climbs': volume(SCRATCH, { mountPath: '/data/../etc' }),
  'a device': {
    ...volume({ persistentVolumeClaim: { claimName: 'd' } }),
    'container.volumeMounts': [],
    'container.volumeDevices': [{ name: 'v', devicePath: '/dev/xvda' }],
  },
  'a value of the Secret of another app': env({ secretKeyRef: { name: 'other', key: 'TOKEN' } }),
  'a value of a token': env({ secretKeyRef: { name: 'vitrine-app-token', key: 'token', optional: true } }),
  'a value of a ConfigMap': env({ configMapKeyRef: { name: 'kube-root-ca.crt', key: 'ca.crt' } }),
  'the address of its machine': env({ fieldRef: { fieldPath: 'status.hostIP' } }),
  'the name of its machine': env({ fieldRef: { fieldPath: 'spec.nodeName' } }),
  'how much its machine has': env({ resourceFieldRef: { resource: 'limits.memory', containerName: 'user-container' } }),
  'all of a Secret': { 'container.envFrom': [{ secretRef: { name: 'other' } }] },
  'all of a ConfigMap': { 'container.envFrom': [{ configMapRef: { name: 'kube-root-ca.crt' } }] },
  'all of its own Secret, whatever is in it': { 'container.envFrom': [{ secretRef: { name: 'demo-iris-classifier-env' } }] },
  "others' right to pull": { 'spec.imagePullSecrets': [{ name: 'other-pull' }] },
  'what others have pulled': { 'container.imagePullPolicy': 'Never' },
  // Where it runs, and before whom.
  'a machine by name': { 'spec.nodeName': 'vitrine' },
  'machines of the control plane': { 'spec.nodeSelector': { 'node-role.kubernetes.io/control-plane': '' } },
  'tolerates the control plane': { 'spec.tolerations': [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] },
  'tolerates everything': { 'spec.tolerations': [{ operator: 'Exists' }] },
  'near the control plane': {
    'spec.affinity': {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }] }],
        },
      },
    },
  },
  'near the pods of others': {
    'spec.affinity': {
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [
          { topologyKey: 'kubernetes.io/hostname', namespaceSelector: {}, labelSelector: {} },
        ],
      },
    },
  },
  'spread as it likes': {
    'spec.topologySpreadConstraints': [{ maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} }],
  },
  'before the system': { 'spec.priorityClassName': 'system-node-critical' },
  'before the cluster': { 'spec.priorityClassName': 'system-cluster-critical' },
  'a priority by number': { 'spec.priority': 2_000_000_000 },
  'another scheduler': { 'spec.schedulerName': 'mine' },
  'another runtime': { 'spec.runtimeClassName': 'host' },
  'a resource claim': { 'spec.resourceClaims': [{ name: 'gpu', resourceClaimName: 'all-gpus' }] },
  'waits at a gate': { 'spec.schedulingGates': [{ name: 'example.org/wait' }] },
  'a name server entry of its own': { 'spec.hostname': 'kubernetes', 'spec.subdomain': 'default' },
  'another operating system': { 'spec.os': { name: 'windows' } },
  'runs once': { 'spec.restartPolicy': 'Never' },
  // What it takes.
  'no limits': { 'container.resources': { requests: { cpu: '50m', memory: '128Mi' } } },
  'no resources': { 'container.resources': undefined },
  'no limit of memory': { 'container.resources': { limits: { cpu: '1' } } },
  'no limit of cpu': { 'container.resources': { limits: { memory: '1Gi' } } },
  'huge pages': { 'container.resources': { limits: { cpu: '1', memory: '1Gi', 'hugepages-2Mi': '512Mi' } } },
  'the device of virtual machines': { 'container.resources': { limits: { cpu: '1', memory: '1Gi', 'devices.kubevirt.io/kvm': '1' } } },
  'the device of file systems': { 'container.resources': { limits: { cpu: '1', memory: '1Gi', 'github.com/fuse': '1' } } },
  // What else runs.
  'a container before it': beside('initContainers', 'before'),
  'a privileged container before it': beside('initContainers', 'before', { securityContext: { privileged: true } }),
  'a container at its side from before': beside('initContainers', 'side', { restartPolicy: 'Always' }),
  'a container beside it': beside('containers', 'beside'),
  'a container that is called as that of Knative': beside('containers', 'queue-proxy'),
  'a privileged container beside it': beside('containers', 'beside', { securityContext: { privileged: true } }),
  'a root container beside it': beside('containers', 'beside', { securityContext: { runAsUser: 0 } }),
  'a container of another name': { 'container.name': 'app' },
  'a command when it ends': { 'container.lifecycle': { preStop: { exec: { command: ['id'] } } } },
  'a command when it starts': { 'container.lifecycle': { postStart: { exec: { command: ['id'] } } } },
  'a request of the kubelet when it ends': {
    'container.lifecycle': { preStop: { httpGet: { host: METADATA_HOST, port: 80, path: '/' } } },
  },
  'a request of the kubelet when it starts': { 'container.lifecycle': { postStart: { httpGet: { port: 80, path: '/' } } } },
  'a probe by a command': { 'container.readinessProbe': { exec: { command: ['id'] } } },
  'a liveness probe by a command': { 'container.livenessProbe': { exec: { command: ['id'] } } },
  'a probe of the metadata service': { 'container.readinessProbe': { httpGet: { host: METADATA_HOST, port: 80, path: '/' } } },
  'a probe of the API server': { 'container.readinessProbe': { tcpSocket: { host: '10.96.0.1', port: 443 } } },
  'a probe with headers of its own': {
    'container.readinessProbe': { httpGet: { port: 8080, path: '/', httpHeaders: [{ name: 'Metadata-Flavor', value: 'Google' }] } },
  },
  'a message file elsewhere': { 'container.terminationMessagePath': '/etc/passwd' },
  'an open input': { 'container.stdin': true, 'container.tty': true },
  // Words to others' controllers and to the runtime.
  'AppArmor by an annotation': annotated('container.apparmor.security.beta.kubernetes.io/user-container', 'unconfined'),
  'seccomp by an annotation': annotated('seccomp.security.alpha.kubernetes.io/pod', 'unconfined'),
  'a device by an annotation': annotated('cdi.k8s.io/all', 'vendor.example/class=all'),
  'another network by an annotation': annotated('k8s.v1.cni.cncf.io/networks', 'kube-system/host'),
  'a role of the cloud by an annotation': annotated('iam.amazonaws.com/role', 'admin'),
  'a sidecar by an annotation': annotated('sidecar.istio.io/inject', 'true'),
  "a feature of Knative's by an annotation": annotated('features.knative.dev/podspec-hostpath', 'enabled'),
  'an identity of the cloud by a label': { 'metadata.labels': { 'azure.workload.identity/use': 'true' } },
  'the label of the name server': { 'metadata.labels': { 'k8s-app': 'kube-dns' } },
}

/** Two things at once: one of them is refused whatever the other is. */
const PAIRS: [string, string][] = [
  ['network of the machine', 'a token of its account'],
  ['privileged', 'the disk of the machine'],
  ['the socket of the runtime', 'user root'],
  ['processes of the machine', 'SYS_PTRACE beside drop ALL'],
  ["another's account", 'a token of its account'],
  ['a token in a volume', 'the default account'],
  ['tolerates everything', 'a machine by name'],
  ['before the system', 'no limits'],
  ['all of a Secret', 'names of hosts of its own'],
  ['a privileged container before it', 'a container beside it'],
  ['a sysctl that "restricted" allows', 'NET_BIND_SERVICE, which "restricted" allows'],
  ['a device by an annotation', 'the device of file systems'],
  ['what others have pulled', "others' right to pull"],
  ['a probe of the API server', 'a command when it ends'],
]

/** What admission of the cluster fills in or sets right, and for which kind: what comes out of that is as it must be, which is tested for itself. */
const MENDED: Record<string, PodKind> = {
  'may gain rights': 'Knative service',
  'keeps its capabilities': 'Knative service',
  'may be root': 'Knative service',
  'addresses of all Services, unsaid': 'Knative service',
  'no limit of memory': 'Pod',
}

type Tree = Record<string, unknown>
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object at that field; made when there is none. */
function within(tree: Tree, field: string): Tree {
  const found = tree[field]
  if (isTree(found)) return found
  const made: Tree = {}
  tree[field] = made
  return made
}

/** The pod template of a manifest; a Pod is its own. */
function templateOf(manifest: Manifest, kind: PodKind): Tree {
  return kind === 'Pod' ? manifest : within(within(manifest, 'spec'), 'template')
}

function containerOf(template: Tree): Tree {
  const [container] = within(template, 'spec')['containers'] as unknown[]
  if (!isTree(container)) throw new Error('there is no container')
  return container
}

function applyChange(template: Tree, change: Change): void {
  const container = containerOf(template)
  for (const [path, value] of Object.entries(change)) {
    const [root = '', ...fields] = path.split('.')
    if (root === 'beside') {
      const { name, securityContext, ...more } = value as Tree
      const list = fields[0] ?? ''
      const other = {
        name,
        image: container['image'],
        resources: container['resources'],
        securityContext: { ...within(container, 'securityContext'), ...(securityContext as Tree) },
        ...more,
      }
      within(template, 'spec')[list] = [...((within(template, 'spec')[list] as unknown[] | undefined) ?? []), other]
      continue
    }
    const last = fields.pop() ?? ''
    const owner = fields.reduce(within, root === 'container' ? container : within(template, root))
    const merged = isTree(value) && root === 'metadata' ? { ...within(owner, last), ...value } : value
    if (merged === undefined) Reflect.deleteProperty(owner, last)
    else owner[last] = structuredClone(merged)
  }
}

/** The templates of a driver, as they are in the tree. */
export const templatesOf = (driver: DriverName): Templates =>
  loadTemplates(new URL('../../../manifests-templates', import.meta.url).pathname, DRIVER_SPECS[driver].folders)

/** What the portal would apply for such an app, for each kind: nothing is wrong with it. */
export function goodPods(values: AppValues): Record<PodKind, Manifest> {
  const [deployment] = renderApp('gateway', templatesOf('gateway'), values)
  const [service] = renderApp('knative', templatesOf('knative'), values)
  if (!deployment || !service) throw new Error('an app has no manifests')
  const { metadata, spec } = templateOf(deployment, 'Deployment') as { metadata: Tree; spec: Tree }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, name: values.host, namespace: values.namespace }, spec }
  return { Pod: structuredClone(pod), Deployment: deployment, 'Knative service': service }
}

/** All that the portal would apply for such an app and its project, whatever runs it, each kind once. */
export function goodObjects(values: AppValues): Manifest[] {
  const secret = renderSecret(templatesOf('knative'), {
    ...SAMPLE_SECRET,
    instance: values.instance,
    namespace: values.namespace,
    host: values.host,
  })
  const project = renderProject(templatesOf('knative'), { ...SAMPLE_PROJECT, instance: values.instance, namespace: values.namespace })
  const apps = DRIVER_NAMES.flatMap((driver) => renderApp(driver, templatesOf(driver), values))
  const all = [secret, ...project, ...apps]
  return [...Map.groupBy(all, ({ apiVersion, kind }) => `${apiVersion} ${kind}`).values()].flatMap(([first]) => first ?? [])
}

/** What of an app is its own, for the portal's check. */
export const scopeOf = ({ host, gpuResource }: AppValues): AppScope => ({ secret: secretNameOf(host), gpuResource })

/** Good manifests, each changed so that its pods would get more than an app may have. */
export function hostilePods(good: Record<PodKind, Manifest>): HostilePod[] {
  const single = Object.entries(CHANGES)
  const pairs = PAIRS.map(([first, second]): [string, Change] => [`${first} + ${second}`, { ...CHANGES[first], ...CHANGES[second] }])
  return [...single, ...pairs].flatMap(([name, change]) =>
    POD_KINDS.filter((kind) => MENDED[name] !== kind).map((kind) => changed(good, kind, name, change)),
  )
}

/** Good manifests in which something is left out or wrong that admission sets right. */
export const mendedPods = (good: Record<PodKind, Manifest>): HostilePod[] =>
  Object.entries(MENDED).map(([name, kind]) => changed(good, kind, name, CHANGES[name] ?? {}))

function changed(good: Record<PodKind, Manifest>, kind: PodKind, name: string, change: Change): HostilePod {
  const manifest = structuredClone(good[kind])
  applyChange(templateOf(manifest, kind), change)
  return { name, kind, manifest }
}
