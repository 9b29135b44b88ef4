import type { Resources } from '../sizes/resources.js'

/** One variable of the environment of an app. */
export interface EnvVariable {
  name: string
  value: string
}

/** What the number of copies of an app follows. */
export const SCALING_METRICS = ['concurrency', 'rps'] as const
export type ScalingMetric = (typeof SCALING_METRICS)[number]

/** How many copies of an app there are. Where the driver does not scale by requests there are `min` of them, at least one. */
export interface Scaling {
  /** Least copies; 0 lets the app sleep where the driver can do that. */
  min: number
  max: number
  metric: ScalingMetric
  /** Requests at once, or a second, that one copy is meant to serve. */
  target: number
  /** Seconds over which requests are averaged; null for what the cluster is set to. */
  windowSeconds: number | null
  /** Seconds for which there are fewer requests before there are fewer copies. */
  scaleDownDelaySeconds: number
}

/** How it is found out that an app is ready for requests. */
export const HEALTH_KINDS = ['tcp', 'http'] as const
export type HealthKind = (typeof HEALTH_KINDS)[number]

export interface Health {
  /** `tcp`: something listens on the port. `http`: a GET is answered with 200 to 399. */
  kind: HealthKind
  /** What is asked for with `http`; empty with `tcp`. */
  path: string
  /** Seconds that the app may take to be ready before it is said to have failed. */
  startupSeconds: number
}

/** Who may open an app: those who may read its project, or only those with a role in it. */
export const APP_ACCESS = ['project', 'members'] as const
export type AppAccess = (typeof APP_ACCESS)[number]

/** How an app is to be run: all that a person may say of it, but its secrets. */
export interface EngineSpec {
  image: string
  port: number
  /** Takes the place of the image's entry point; empty for that. */
  command: string[]
  /** Takes the place of the image's arguments; empty for those. */
  args: string[]
  env: EnvVariable[]
  /** The preset that {@link resources} were copied from. */
  size: string
  resources: Resources
  scaling: Scaling
  health: Health
  access: AppAccess
}

/** The specification alone, out of something that has more. */
export const specOf = (from: EngineSpec): EngineSpec => ({
  image: from.image,
  port: from.port,
  command: from.command,
  args: from.args,
  env: from.env,
  size: from.size,
  resources: from.resources,
  scaling: from.scaling,
  health: from.health,
  access: from.access,
})

/** What is taken for what nobody says. */
export const DEFAULT_SCALING: Scaling = { min: 0, max: 3, metric: 'concurrency', target: 50, windowSeconds: null, scaleDownDelaySeconds: 0 }
export const DEFAULT_HEALTH: Health = { kind: 'tcp', path: '', startupSeconds: 60 }

/** What apps from before there were sizes run with. */
export const FORMER_SIZE = 'small'
export const FORMER_RESOURCES: Resources = {
  cpuMillis: 50,
  cpuLimitMillis: 2_000,
  memoryMiB: 128,
  memoryLimitMiB: 2_048,
  ephemeralMiB: 2_048,
  gpus: 0,
}

export const MAX_COPIES = 20
export const MAX_WORDS = 100
export const MAX_WORD = 8 * 1024
export const MAX_PATH = 512
export const MAX_NAME = 63
export const MAX_IMAGE = 512
export const MAX_ENV = 100
export const MAX_ENV_NAME = 128
export const MAX_ENV_VALUE = 32 * 1024
// All of it is stored several times over in one object of the cluster, which takes about a mebibyte.
export const MAX_ENV_TOTAL = 256 * 1024

/** A DNS label that begins with a letter: it becomes the name of a Kubernetes service. */
export const NAME_PATTERN = /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/
export const ENV_NAME_PATTERN = /^[A-Za-z_][A-Za-z0-9_]*$/

// https://github.com/distribution/reference/blob/main/regexp.go, without capital letters in the path, as there.
const COMPONENT = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*'
const HOST =
  '(?:[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?(?:\\.[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)*|\\[[a-fA-F0-9:]+\\])(?::\\d{1,5})?'
export const IMAGE_PATTERN = new RegExp(`^(?:${HOST}/)?${COMPONENT}(?:/${COMPONENT})*(?::[\\w][\\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$`)

// Knative sets these itself and refuses a service that does.
const RESERVED_ENV = /^(?:PORT|K_.*)$/

/** Why this may not be the name of a variable, in words; null when it may. */
export function refusalOfEnvName(name: string): string | null {
  if (!ENV_NAME_PATTERN.test(name) || name.length > MAX_ENV_NAME)
    return `must be a name of letters, digits and underscores that does not begin with a digit, of at most ${MAX_ENV_NAME} characters`
  if (name === 'PORT') return 'is set by the platform to the port of the app; use the field port'
  if (RESERVED_ENV.test(name)) return 'is reserved: names that begin with K_ are set by the platform'
  if (name === '__proto__') return 'is reserved'
  return null
}

/** Why this may not be the value of a variable, in words; null when it may. */
export function refusalOfEnvValue(value: string): string | null {
  if (Buffer.byteLength(value) > MAX_ENV_VALUE) return `must have at most ${MAX_ENV_VALUE} bytes`
  if (value.includes('\0')) return 'must not contain the character NUL, which no process can be given'
  if (!value.isWellFormed()) return 'must be well-formed Unicode'
  return null
}

/** Whether the text is an image reference as registries know it: `[host[:port]/]path[:tag][@sha256:…]`. */
export const isImage = (image: string): boolean => image.length <= MAX_IMAGE && IMAGE_PATTERN.test(image)

/** Why this may not be the command of an app, or its arguments, in words; null when it may. */
export function refusalOfWords(value: unknown): string | null {
  if (!Array.isArray(value)) return 'must be a list of texts, one for each word: ["python", "app.py"]'
  if (value.length > MAX_WORDS) return `must have at most ${MAX_WORDS} words`
  let total = 0
  for (const word of value as unknown[]) {
    if (typeof word !== 'string') return 'must be a list of texts, one for each word: ["python", "app.py"]'
    if (Buffer.byteLength(word) > MAX_WORD) return `must have at most ${MAX_WORD} bytes in a word`
    if (word.includes('\0')) return 'must not contain the character NUL, which no process can be given'
    if (!word.isWellFormed()) return 'must be well-formed Unicode'
    total += Buffer.byteLength(word)
  }
  if (total > MAX_ENV_TOTAL) return `must have at most ${MAX_ENV_TOTAL} bytes in all`
  return null
}

/** Printable ASCII without spaces: what stands in the first line of a request. */
export const PATH_PATTERN = /^(?:\/[!-~]*)?$/

/** Why a health check cannot be like this, in words; null when it can. */
export function refusalOfHealth({ kind, path }: Pick<Health, 'kind' | 'path'>): string | null {
  if (kind === 'http' && path === '') return 'must begin with / when the kind is http, as in /healthz'
  if (kind === 'tcp' && path !== '') return 'must be empty when the kind is tcp: only a connection is made'
  return null
}

/** Why there cannot be so many copies, in words; null when there can. */
export const refusalOfScaling = ({ min, max }: Pick<Scaling, 'min' | 'max'>): string | null =>
  min > max ? `must be at least min, which is ${min}` : null
