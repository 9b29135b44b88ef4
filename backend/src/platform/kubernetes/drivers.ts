import { KIND, type Kind, type KubeObject } from './kube-objects.js'

/** The ways to run apps. */
export const DRIVER_NAMES = ['knative', 'gateway', 'ingress', 'emissary'] as const
export type DriverName = (typeof DRIVER_NAMES)[number]

/** What people can do with apps of a driver, and what not. */
export interface DriverCapabilities {
  /** Whether an app that nobody asks sleeps at zero, and a request wakes it. */
  scaleToZero: boolean
  /** Whether the number of copies follows the requests. */
  autoscaling: boolean
}

/** One object that a driver makes of an app. */
export interface DriverPart {
  kind: Kind
  /** Its name, from the first label of the app's host. */
  nameOf: (host: string) => string
  /** Whether it leads requests from outside to the app: a private app has none, and is reached through the gateway. */
  isEntrance?: true
}

/** What a driver needs of the cluster and puts into it. How its objects are read is in `modules/engines/drivers`. */
export interface DriverSpec {
  /** What it is called in sentences. */
  title: string
  /** The API groups and kinds without which it cannot work. */
  needs: readonly Kind[]
  capabilities: DriverCapabilities
  /** What is applied for an app; the first is what makes its pods. */
  parts: readonly DriverPart[]
  /** What controllers make of it, which is watched as well. */
  follows: readonly Kind[]
  /** Folders of templates: one that several have is taken from the first. */
  folders: readonly string[]
  /** Templates of an app, each with one object, in the order of {@link parts}. */
  templates: readonly string[]
}

/** What a Deployment's Service is called: Knative makes one of its own under the app's name. */
const serviceNameOf = (host: string): string => `${host}-app`
const sameName = (host: string): string => host

/** A driver that runs an app as one Deployment and differs from its like only in the object that routes requests. */
const deployed = (name: string, title: string, route: Kind): DriverSpec => ({
  title,
  needs: [route],
  capabilities: { scaleToZero: false, autoscaling: false },
  parts: [
    { kind: KIND.deployment, nameOf: sameName },
    { kind: KIND.service, nameOf: serviceNameOf },
    { kind: route, nameOf: sameName, isEntrance: true },
  ],
  follows: [KIND.replicaSet],
  folders: [name, 'deployment', 'common'],
  templates: ['deployment', 'service', 'route'],
})

/** All drivers. */
export const DRIVER_SPECS: Readonly<Record<DriverName, DriverSpec>> = {
  knative: {
    title: 'Knative Serving',
    needs: [KIND.knativeService, KIND.knativeRevision],
    capabilities: { scaleToZero: true, autoscaling: true },
    parts: [{ kind: KIND.knativeService, nameOf: sameName }],
    follows: [KIND.knativeRevision],
    folders: ['knative', 'common'],
    templates: ['service'],
  },
  gateway: deployed('gateway', 'the Gateway API', KIND.httpRoute),
  ingress: deployed('ingress', 'Ingress', KIND.ingress),
  emissary: deployed('emissary', 'Emissary', KIND.mapping),
}

/** What a driver makes of an app. @param isPrivate whether its address is closed to requests from outside */
export function specOf(driver: DriverName, isPrivate: boolean): DriverSpec {
  const spec = DRIVER_SPECS[driver]
  const isMade = (part: DriverPart | undefined): boolean => !isPrivate || part?.isEntrance === undefined
  return { ...spec, parts: spec.parts.filter(isMade), templates: spec.templates.filter((_, index) => isMade(spec.parts[index])) }
}

/** Every kind that a driver's apps are made of. */
export const kindsOf = (driver: DriverName): Kind[] => {
  const { parts, follows } = DRIVER_SPECS[driver]
  return [...parts.map(({ kind }) => kind), ...follows]
}

/** Whether objects of this kind carry {@link LABEL.runtime}; of Deployments, ReplicaSets and Services Knative makes its own. */
export const carriesRuntime = (kind: Kind<KubeObject>): boolean =>
  ([KIND.deployment, KIND.replicaSet, KIND.service] as Kind[]).includes(kind)

/** What was found in the cluster, and what the operator says. */
export interface DriverFacts {
  /** The setting VITRINE_DRIVER. */
  setting: DriverName | 'auto'
  /** The drivers whose API groups are served. */
  served: ReadonlySet<DriverName>
  /** Whether there is a Gateway to attach to. */
  hasGateway: boolean
  /** Whether somebody serves Ingresses: there is a class of them. */
  hasIngressClass: boolean
}

/** Drivers in the order in which they are preferred; Emissary is used only where it is asked for. */
const PREFERENCE: readonly DriverName[] = ['knative', 'gateway', 'ingress']

/** The drivers that have to be looked for. */
export const candidatesOf = (setting: DriverName | 'auto'): readonly DriverName[] => (setting === 'auto' ? PREFERENCE : [setting])

/**
 * The drivers that can run apps in this cluster, the one for new apps first; none when the cluster has not (yet) what it takes. Pure.
 * A setting leaves only the driver that it names: whether its controllers serve what is applied is then the operator's to know.
 */
export function usableDrivers({ setting, served, hasGateway, hasIngressClass }: DriverFacts): DriverName[] {
  if (setting !== 'auto') return served.has(setting) ? [setting] : []
  return PREFERENCE.filter((name) => served.has(name) && (name !== 'gateway' || hasGateway) && (name !== 'ingress' || hasIngressClass))
}

/** Keeps what was there a moment ago: an API server that starts, or an upgrade, may hide an API group for some seconds, which is no reason to move apps. */
export class SeenLately<T> {
  private readonly times = new Map<T, number>()

  constructor(private readonly forMs: number) {}

  /** What is there at `at` (milliseconds), and what was within the time before. */
  with(present: Iterable<T>, at: number): Set<T> {
    for (const each of present) this.times.set(each, at)
    return new Set([...this.times].filter(([, time]) => at - time <= this.forMs).map(([each]) => each))
  }
}
