import type { EngineSpec } from './engine-spec.js'
import type { CauseCode, CauseField, EngineCause, StepName } from './engine.js'

/** What the texts of a cause may name of the app. */
export type Named = Pick<EngineSpec, 'image' | 'port' | 'size' | 'resources' | 'health'>

/** What a cause is called and what helps. `{name}` is filled from what is wanted of the app and from what was found. */
export interface Wording {
  title: string
  fix: string
  /** The part of the form that repairs it; null when none does. */
  field: CauseField | null
  /** What shows it, for docs/diagnosis.md. */
  seen: string
  step: StepName
}

const ROOM = 'Choose a smaller size, pause or delete apps that are no longer needed, or ask an admin for more machines.'

export const WORDING: Record<CauseCode, Wording> = {
  'image-not-found': {
    title: 'The image {image} does not exist',
    fix: 'Check the name and the tag of the image, push it if it is not there yet, then deploy again.',
    field: 'image',
    seen: 'The registry does not know the name, the tag or the digest.',
    step: 'pulling',
  },
  'image-private': {
    title: 'The image {image} may not be pulled',
    fix: 'It is private or does not exist. Give the project a user name and a password for its registry, or use an image that anyone may pull.',
    field: 'registries',
    seen: 'The registry answers 401 or 403, or hides what it has.',
    step: 'pulling',
  },
  'image-unresolved': {
    title: 'The image {image} cannot be fetched',
    fix: 'The cluster does not reach its registry. Check the host name in the image, and that the registry answers the cluster; or name the image by its digest.',
    field: 'image',
    seen: 'The registry cannot be reached or trusted, so the tag cannot be resolved to a digest.',
    step: 'pulling',
  },
  'image-invalid': {
    title: '"{image}" is not the name of an image',
    fix: 'Write it as registry/path:tag.',
    field: 'image',
    seen: 'The name cannot be read.',
    step: 'pulling',
  },
  'wrong-architecture': {
    title: 'The image is built for other machines than the cluster has',
    fix: 'Build it for the machines of the cluster, mostly with "docker build --platform linux/amd64", push it, then deploy again. A script needs a first line such as #!/bin/sh.',
    field: 'image',
    seen: 'The index of the image has none for the platform of the node, or the kernel does not know the format of the program ("exec format error").',
    step: 'pulling',
  },
  'bad-command': {
    title: 'The command of the app cannot be run',
    fix: 'The program is not in the image, or not on its PATH, or may not be executed. Correct the command, one word for each part, or leave it empty to use that of the image.',
    field: 'command',
    seen: 'The container runtime finds no such program, or a shell ends with 126 or 127.',
    step: 'starting',
  },
  'not-non-root': {
    title: 'The image needs to be run as root',
    fix: 'Apps run as user 1000, never as root. Make what the image starts readable and executable for everyone (chmod -R a+rX), give user 1000 the folders that it writes to, and end the Dockerfile with USER 1000.',
    field: 'image',
    seen: 'Kubernetes refuses the user of the image, or user 1000 may not execute what the image starts.',
    step: 'starting',
  },
  'secret-missing': {
    title: 'A secret of the app is not in the cluster',
    fix: 'Redeploy the app, which puts all of its secrets back, or set the secret again.',
    field: 'secrets',
    seen: 'The container waits for a Secret, or a key of it, that does not exist.',
    step: 'starting',
  },
  'start-failed': {
    title: 'The app cannot be started',
    fix: 'The container runtime refused it, with the text below. Check the image and its command; if that does not help, ask an admin.',
    field: 'image',
    seen: 'The container runtime fails for any other reason.',
    step: 'starting',
  },
  'not-prepared': {
    title: 'The machine does not get ready for the app',
    fix: 'This is no fault of the app. Ask an admin, with the text below.',
    field: null,
    seen: 'Events say that the network or a volume of the pod cannot be set up.',
    step: 'starting',
  },
  'app-crashed': {
    title: 'The app ended with exit {exit}',
    fix: '{hint}Read its log for what it says at the end, correct it or its environment, then deploy again.',
    field: 'env',
    seen: 'The container ended with an error; its last lines are shown.',
    step: 'starting',
  },
  'app-exited': {
    title: 'The app ended by itself',
    fix: 'It must keep running and listen on port {port}. Check which command the image starts.',
    field: 'command',
    seen: 'The container ended with exit code 0.',
    step: 'starting',
  },
  'path-not-writable': {
    title: 'The app has no right to use {path}',
    fix: 'Apps run as user 1000. Let it write to /tmp: libraries take a folder from variables such as HOME, XDG_CACHE_HOME, HF_HOME or MPLCONFIGDIR. Or give the folder to user 1000 in the image (chown -R 1000).',
    field: 'env',
    seen: 'The last lines of a crash speak of a read-only file system or of a permission that is denied (EROFS, EACCES).',
    step: 'starting',
  },
  'port-not-allowed': {
    title: 'The app may not listen on its port',
    fix: 'Apps do not run as root, so ports below 1024 may be refused. Let it listen on another one, as 8080, and set that here.',
    field: 'port',
    seen: 'The last lines of a crash say that binding to the port was not permitted.',
    step: 'starting',
  },
  'port-taken': {
    title: 'The app listens on a port that is taken',
    fix: 'Let it listen on port {port} and no other. With Knative, a proxy in the same pod has 8008, 8012, 8013, 8022, 9090 and 9091.',
    field: 'port',
    seen: 'The last lines of a crash speak of an address in use, or the proxy beside a running app cannot start.',
    step: 'starting',
  },
  'out-of-memory': {
    title: 'The app ran out of memory',
    fix: 'It was ended when it used more than {memoryLimit}, which its size "{size}" allows. Choose a larger size, load less at once, or use a smaller model.',
    field: 'size',
    seen: 'The kernel ended it at its memory limit (OOMKilled), or its last lines say that there is no memory.',
    step: 'starting',
  },
  'disk-full': {
    title: 'The app used more disk than it may',
    fix: 'Its size "{size}" allows {disk}, logs and /tmp included. Choose a larger size, write less, or keep data in the buckets of the project.',
    field: 'size',
    seen: 'The pod was evicted for its ephemeral storage, or its last lines say that no space is left.',
    step: 'starting',
  },
  evicted: {
    title: 'The cluster ended the app to free its machine',
    fix: 'Another copy is started where there is room. If it happens again, ask an admin for more machines, or choose a size that asks for as much as the app uses.',
    field: 'size',
    seen: 'The pod was evicted since the machine had too little memory or disk, was drained or was lost.',
    step: 'starting',
  },
  'port-not-answering': {
    title: 'Nothing answers on port {port}',
    fix: 'Set the port on which your app listens, or let it listen on the port in the environment variable PORT, on 0.0.0.0 rather than 127.0.0.1. If it only needs longer than {startup} to start, raise the time to start of its health check.',
    field: 'port',
    seen: 'The container has run for longer than the time to start, and connections to its port are refused.',
    step: 'starting',
  },
  'health-failing': {
    title: 'The health check of the app fails',
    fix: 'GET {path} on port {port} must be answered with a status from 200 to 399 within 3 seconds. Correct the path, or what the app answers there; if it needs longer than {startup} to start, raise the time to start.',
    field: 'health',
    seen: 'The app has run for longer than the time to start, and its health path is answered wrongly or too late.',
    step: 'starting',
  },
  'start-timeout': {
    title: 'The app did not become ready in time',
    fix: 'Check in its log how far it came, and that it listens on port {port}. If it only needs longer than {startup} to start, raise the time to start of its health check.',
    field: 'health',
    seen: 'The cluster gave up waiting (ProgressDeadlineExceeded), and nothing says more.',
    step: 'starting',
  },
  'quota-exceeded': {
    title: 'The quota of the project has not enough {what} left',
    fix: 'Choose a smaller size, pause or delete apps of this project that are no longer needed, or ask an admin for more.',
    field: 'size',
    seen: 'The ResourceQuota of the project refuses the pod; what it takes and what is left is shown.',
    step: 'scheduling',
  },
  'size-refused': {
    title: 'The size of the app is not allowed in the cluster',
    fix: 'Choose a smaller size, or ask an admin to raise what one container may have.',
    field: 'size',
    seen: 'A LimitRange refuses the pod.',
    step: 'scheduling',
  },
  'policy-refused': {
    title: 'The cluster does not allow this app',
    fix: 'A rule of the cluster refused it. Ask an admin, with the text below.',
    field: null,
    seen: 'Pod security, an admission policy or a webhook refuses the pod.',
    step: 'scheduling',
  },
  'unschedulable-cpu': {
    title: 'No machine has {cpu} free for the app',
    fix: ROOM,
    field: 'size',
    seen: 'For 15 seconds the scheduler finds no node with enough cpu.',
    step: 'scheduling',
  },
  'unschedulable-memory': {
    title: 'No machine has {memory} of memory free for the app',
    fix: ROOM,
    field: 'size',
    seen: 'For 15 seconds the scheduler finds no node with enough memory.',
    step: 'scheduling',
  },
  'unschedulable-gpu': {
    title: 'No machine has {gpus} free for the app',
    fix: 'Choose a size without a GPU, wait until another app gives one back, or ask an admin.',
    field: 'size',
    seen: 'For 15 seconds the scheduler finds no node with enough devices such as nvidia.com/gpu.',
    step: 'scheduling',
  },
  'unschedulable-disk': {
    title: 'No machine has enough disk free for the app',
    fix: ROOM,
    field: 'size',
    seen: 'For 15 seconds the scheduler finds no node with enough ephemeral storage.',
    step: 'scheduling',
  },
  unschedulable: {
    title: 'No machine takes the app',
    fix: 'Pause or delete apps that are no longer needed, or ask an admin, with the text below.',
    field: null,
    seen: 'For 15 seconds the scheduler finds no node for another reason: taints, too many pods, none that is ready.',
    step: 'scheduling',
  },
  'route-not-ready': {
    title: 'The address of the app is not served',
    fix: 'The app runs, but the gateway of the cluster does not lead requests to it. Ask an admin, with the text below.',
    field: null,
    seen: 'The route is refused or not taken by any controller, or Knative does not get it ready within a minute.',
    step: 'ready',
  },
  'manifest-refused': {
    title: 'The cluster refused the app',
    fix: 'Correct what the text below names, then deploy again.',
    field: null,
    seen: 'The API server or a webhook of Knative finds the objects of the app invalid.',
    step: 'scheduling',
  },
  'not-allowed-in-cluster': {
    title: 'The portal may not do this in the cluster',
    fix: 'Ask an admin to check the rights of the portal, with the text below.',
    field: null,
    seen: "The API server denies the portal's account a right.",
    step: 'scheduling',
  },
  unknown: {
    title: 'The app does not start',
    fix: 'See the text below and the log of the app. If that does not help, ask an admin.',
    field: null,
    seen: 'Something is wrong that this list does not know; the text of the cluster is shown.',
    step: 'starting',
  },
}

/** The step at which an app with this cause is stuck. */
export const stepOf = (code: CauseCode): StepName => WORDING[code].step

const MAX_EVIDENCE = 2_000

/**
 * A cause in words. Pure.
 * @param values what was found, for the placeholders of the wording; what is wanted of the app is filled in from `wanted`
 */
export function makeCause(code: CauseCode, wanted: Named, evidence: string, values: Record<string, string> = {}): EngineCause {
  const { title, fix, field } = WORDING[code]
  const all = { ...valuesOf(wanted), hint: '', ...values }
  const fill = (text: string): string => text.replace(/\{(\w+)\}/g, (whole, name: string) => (isKey(name, all) ? all[name] : whole))
  return { code, title: fill(title), fix: fill(fix), field, evidence: shorten(evidence.trim()) }
}

const isKey = <T extends object>(name: string, of: T): name is string & keyof T => Object.hasOwn(of, name)

function valuesOf({ image, port, size, resources, health }: Named): Record<string, string> {
  return {
    image,
    port: String(port),
    size,
    cpu: `${cpuText(resources.cpuMillis / 1_000)} cpu`,
    memory: bytesText(resources.memoryMiB * MIB),
    memoryLimit: bytesText(resources.memoryLimitMiB * MIB),
    disk: bytesText(resources.ephemeralMiB * MIB),
    gpus: resources.gpus === 1 ? 'a GPU' : `${resources.gpus} GPUs`,
    path: health.path,
    startup: `${health.startupSeconds} s`,
  }
}

const MIB = 2 ** 20
const GIB = 2 ** 30

/** Processors, as `0.05`. */
export const cpuText = (cores: number): string => String(Math.round(cores * 1_000) / 1_000)

/** Bytes, as `512 MiB` or `1.5 GiB`. */
export const bytesText = (bytes: number): string =>
  Math.abs(bytes) >= GIB ? `${Math.round((bytes / GIB) * 10) / 10} GiB` : `${Math.round(bytes / MIB)} MiB`

// The end of an output says more than its beginning.
const shorten = (text: string): string => (text.length <= MAX_EVIDENCE ? text : `…${text.slice(1 - MAX_EVIDENCE)}`)
