import type { Resources } from '../../src/modules/sizes/resources.js'
import type { CauseCode, CauseField } from '../../src/modules/engines/engine.js'

/** Sizes that broken apps name, beside `tiny`, which the others have. */
export const SIZES = {
  tiny: { cpuMillis: 10, cpuLimitMillis: 1_000, memoryMiB: 16, memoryLimitMiB: 64, ephemeralMiB: 64, gpus: 0 },
  'three-cpu': { cpuMillis: 3_000, cpuLimitMillis: 3_000, memoryMiB: 16, memoryLimitMiB: 64, ephemeralMiB: 64, gpus: 0 },
  'many-cpu': { cpuMillis: 64_000, cpuLimitMillis: 64_000, memoryMiB: 16, memoryLimitMiB: 64, ephemeralMiB: 64, gpus: 0 },
  'much-memory': { cpuMillis: 10, cpuLimitMillis: 1_000, memoryMiB: 409_600, memoryLimitMiB: 409_600, ephemeralMiB: 64, gpus: 0 },
  'one-gpu': { cpuMillis: 10, cpuLimitMillis: 1_000, memoryMiB: 16, memoryLimitMiB: 64, ephemeralMiB: 64, gpus: 1 },
} satisfies Record<string, Resources>

/** Images that are not well, made of hello by {@link ImageShelf}; `none` is never pushed. */
export const IMAGES = ['hello', 'folders', 'for-root', 'other-program', 'other-index', 'none'] as const

/** Which way apps are run. */
export type Runner = 'knative' | 'deployment'

export interface BrokenApp {
  name: string
  /** One of {@link IMAGES}, or a reference. */
  image?: (typeof IMAGES)[number] | `${string}/${string}`
  port?: number
  command?: string[]
  env?: Record<string, string>
  secrets?: Record<string, string>
  size?: keyof typeof SIZES
  /** Asked for by HTTP instead of by a connection. */
  healthPath?: string
  /** What has to be done to it, or to its project, for it to fail. */
  provoke?: 'quota' | 'ceiling' | 'policy' | 'secret' | 'registry'
  /** With which drivers it is broken; both unless said. */
  only?: Runner
  code: CauseCode
  field: CauseField | null
  /** What the evidence tells. */
  evidence: RegExp
  /** What the fix tells, where it names something of the app. */
  fix?: RegExp
}

/** As a program of Python ends. */
const TRACEBACK = `Traceback (most recent call last):
  File "/app/serve.py", line 3, in <module>
    import torch
ModuleNotFoundError: No module named 'torch'`

/** Apps that do not run, each for another reason, and what the diagnosis has to say: deployed on the real cluster by a spec, recorded from it for another. */
export const BROKEN_APPS: BrokenApp[] = [
  { name: 'no-tag', image: 'none', code: 'image-not-found', field: 'image', evidence: /not found|404/i },
  {
    name: 'no-registry',
    image: 'registry.invalid/a/b:1',
    code: 'image-unresolved',
    field: 'image',
    evidence: /no such host|registry\.invalid/,
  },
  { name: 'private-image', provoke: 'registry', code: 'image-private', field: 'registries', evidence: /401|unauthorized|authori/i },
  { name: 'other-program', image: 'other-program', code: 'wrong-architecture', field: 'image', evidence: /exec format error/ },
  { name: 'other-index', image: 'other-index', code: 'wrong-architecture', field: 'image', evidence: /no match for platform/ },
  {
    name: 'no-command',
    command: ['python', 'app.py'],
    code: 'bad-command',
    field: 'command',
    evidence: /"python": executable file not found/,
  },
  { name: 'for-root', image: 'for-root', code: 'not-non-root', field: 'image', evidence: /exec \/app: permission denied/ },
  {
    name: 'secret-gone',
    secrets: { API_TOKEN: 'of no worth' },
    provoke: 'secret',
    code: 'secret-missing',
    field: 'secrets',
    evidence: /secret "[-a-z0-9]+-env" not found/,
  },
  {
    name: 'crash',
    env: { CRASH: TRACEBACK },
    code: 'app-crashed',
    field: 'env',
    evidence: /Traceback[^]*No module named 'torch'/,
    fix: /has no module "torch"/,
  },
  { name: 'exits', env: { CRASH: 'done', EXIT_CODE: '0' }, code: 'app-exited', field: 'command', evidence: /exit code 0/ },
  {
    name: 'no-right',
    image: 'folders',
    env: { WRITE: '/var/cache/model.bin' },
    code: 'path-not-writable',
    field: 'env',
    evidence: /open \/var\/cache\/model\.bin: permission denied/,
  },
  { name: 'read-only', env: { WRITE: '/sys/model.bin' }, code: 'path-not-writable', field: 'env', evidence: /read-only file system/ },
  {
    name: 'port-taken',
    env: { LISTEN_PORT: '9090' },
    only: 'knative',
    code: 'port-taken',
    field: 'port',
    evidence: /queue-proxy ends with exit code 1/,
    fix: /port 8080 and no other/,
  },
  {
    name: 'memory',
    env: { MEMORY_MIB: '300' },
    code: 'out-of-memory',
    field: 'size',
    evidence: /OOMKilled/,
    fix: /more than 64 MiB, which its size "tiny"/,
  },
  {
    name: 'disk',
    image: 'folders',
    env: { WRITE: '/tmp/fill', DISK_MIB: '300' },
    code: 'disk-full',
    field: 'size',
    evidence: /ephemeral.*64Mi/,
    fix: /size "tiny" allows 64 MiB/,
  },
  {
    name: 'silent',
    env: { LISTEN_PORT: '9000' },
    code: 'port-not-answering',
    field: 'port',
    evidence: /nothing answers on port 8080/,
    fix: /longer than 10 s/,
  },
  {
    name: 'quota',
    size: 'three-cpu',
    provoke: 'quota',
    code: 'quota-exceeded',
    field: 'size',
    evidence: /The app takes 3(?:\.\d+)? cpu; \d(?:\.\d+)? of 2 are left\./,
  },
  {
    name: 'unwell',
    env: { HEALTH_STATUS: '500' },
    healthPath: '/healthz',
    code: 'health-failing',
    field: 'health',
    evidence: /GET \/healthz on port 8080 is not answered well/,
    fix: /GET \/healthz on port 8080/,
  },
  { name: 'ceiling', provoke: 'ceiling', code: 'size-refused', field: 'size', evidence: /maximum cpu usage per Container/ },
  { name: 'policy', provoke: 'policy', code: 'policy-refused', field: null, evidence: /no apps here/ },
  { name: 'no-cpu', size: 'many-cpu', code: 'unschedulable-cpu', field: 'size', evidence: /Insufficient cpu/ },
  { name: 'no-memory', size: 'much-memory', code: 'unschedulable-memory', field: 'size', evidence: /Insufficient memory/ },
  { name: 'no-gpu', size: 'one-gpu', code: 'unschedulable-gpu', field: 'size', evidence: /Insufficient nvidia\.com\/gpu/ },
]
