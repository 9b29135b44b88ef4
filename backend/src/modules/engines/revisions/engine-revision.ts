import { specOf, type EngineSpec } from '../engine-spec.js'
import type { Deploy, Engine } from '../engine.js'

/** One generation of an app as it was deployed: what it can be compared with, and rolled back to. */
export interface EngineRevision extends Deploy {
  engineId: string
  projectId: string
  generation: number
  spec: EngineSpec
  pin: string | null
  /** Which secrets it had, and when their values were set; the values are kept with the app only. */
  secrets: { name: string; at: Date }[]
  /** What its image turned out to be; null when it never got so far. */
  digest: string | null
}

/** So many of an app are kept; older ones go. */
export const KEPT_REVISIONS = 100

/** The present generation of an app. */
export const revisionOf = (engine: Engine): EngineRevision => ({
  ...engine.deploy,
  engineId: engine.id,
  projectId: engine.projectId,
  generation: engine.generation,
  spec: specOf(engine),
  pin: engine.pin,
  secrets: engine.secrets.map(({ name, at }) => ({ name, at })),
  digest: engine.digest,
})

/** One difference between two specifications, in words. Null where there is no such thing on that side. */
export interface FieldChange {
  /** As in `image`, `env.GREETING`, `scaling.min`, `secrets.API_KEY`. */
  field: string
  before: string | null
  after: string | null
}

/** What is compared of an app. */
export type Comparable = Pick<EngineRevision, 'spec' | 'pin' | 'secrets'>

/** What differs, in the order of the form. Pure. Of secrets it says only that a value is another one. */
export function changesBetween(before: Comparable, after: Comparable): FieldChange[] {
  const [was, is] = [flatten(before), flatten(after)]
  const fields = [...new Set([...was.keys(), ...is.keys()])]
  return fields
    .sort((a, b) => rankOf(a) - rankOf(b))
    .flatMap((field) => {
      const [a, b] = [was.get(field) ?? null, is.get(field) ?? null]
      if (a === b) return []
      const isSecret = field.startsWith('secrets.')
      return [{ field, before: isSecret && a !== null ? 'set' : a, after: isSecret && b !== null ? (a === null ? 'set' : 'set anew') : b }]
    })
}

const ORDER = ['image', 'digest', 'port', 'command', 'args', 'env', 'secrets', 'size', 'resources', 'scaling', 'health', 'access']
const rankOf = (field: string): number => ORDER.indexOf(field.split('.')[0] ?? '')

/** The fields that may hold what is not for everyone who may see the app. */
export const isConfidential = ({ field }: FieldChange): boolean => /^(?:env\.|command$|args$)/.test(field)

function flatten({ spec, pin, secrets }: Comparable): Map<string, string> {
  const { image, port, command, args, env, size, resources, scaling, health, access } = spec
  const entries: [string, string | null][] = [
    ['image', image],
    ['digest', pin],
    ['port', String(port)],
    ['command', words(command)],
    ['args', words(args)],
    ...env.map(({ name, value }): [string, string] => [`env.${name}`, value]),
    ...secrets.map(({ name, at }): [string, string] => [`secrets.${name}`, at.toISOString()]),
    ['size', size],
    ...Object.entries(resources).map(([name, value]): [string, string] => [`resources.${name}`, String(value)]),
    ['scaling.min', String(scaling.min)],
    ['scaling.max', String(scaling.max)],
    ['scaling.metric', scaling.metric],
    ['scaling.target', String(scaling.target)],
    ['scaling.windowSeconds', scaling.windowSeconds === null ? null : String(scaling.windowSeconds)],
    ['scaling.scaleDownDelaySeconds', String(scaling.scaleDownDelaySeconds)],
    ['health.kind', health.kind],
    ['health.path', health.path || null],
    ['health.startupSeconds', String(health.startupSeconds)],
    ['access', access],
  ]
  return new Map(entries.filter((entry): entry is [string, string] => entry[1] !== null))
}

const words = (all: string[]): string | null => (all.length === 0 ? null : JSON.stringify(all))
