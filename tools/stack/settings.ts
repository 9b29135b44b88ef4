import type { Profile } from './paths.ts'

/** Ports on the loopback address, but for the gateway's. */
export interface Ports {
  portal: number
  mongo: number
  s3: number
  apps: number
  /** Of the way to private apps, on the node's address; 0 for none. */
  gateway: number
}

/** Which parts the user brings; the others are started by us. */
export interface OwnServices {
  mongo: boolean
  s3: boolean
  cluster: boolean
}

export interface Settings {
  profile: Profile
  ports: Ports
  own: OwnServices
  bucket: string
  region: string
  /** The address of the browser's pages: what the object store lets in by CORS. */
  publicUrl: string
  /** What is worth saying before the start, though nothing is wrong. */
  notes: string[]
}

/** All mistakes of the environment at once. The caller ends with code 78 (EX_CONFIG). */
export class SettingsError extends Error {
  readonly mistakes: string[]

  constructor(mistakes: string[]) {
    super(
      `The configuration has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n` +
        mistakes.map((text) => `  ${text}`).join('\n'),
    )
    this.mistakes = mistakes
  }
}

const portVariables = {
  portal: ['VITRINE_PORT', 8080],
  mongo: ['VITRINE_MONGO_PORT', 27018],
  s3: ['VITRINE_S3_PORT', 9000],
  apps: ['VITRINE_APPS_PORT', 8081],
  gateway: ['VITRINE_GATEWAY_PORT', 8082],
} as const

/** The variable that moves a port, for messages about conflicts. */
export function portVariable(port: keyof Ports): string {
  return portVariables[port][0]
}

/** Each profile has ports of its own, so that tests run while `make up` runs. All stay below 32768: from there on Linux takes ports for outgoing connections. */
const portOffset: Record<Profile, Record<keyof Ports, number>> = {
  dev: { portal: 0, mongo: 0, s3: 0, apps: 0, gateway: 0 },
  test: { portal: 10_000, mongo: 1_000, s3: 10_000, apps: 10_000, gateway: 10_000 },
  services: { portal: 20_000, mongo: 2_000, s3: 20_000, apps: 20_000, gateway: 20_000 },
}

/**
 * Reads what concerns the supervisor from the environment. The portal checks its own part (`--check-config`).
 * Only `make up` listens to the variables: tests always use embedded services on their own ports, so that a shell set up
 * for production cannot lead them there.
 */
export function readSettings(profile: Profile, environment: NodeJS.ProcessEnv): Settings {
  const mistakes: string[] = []
  const notes: string[] = []
  const given = (name: string) => profile === 'dev' && Boolean(environment[name] || environment[`${name}_FILE`])

  const ports = { portal: 0, mongo: 0, s3: 0, apps: 0, gateway: 0 }
  for (const port of Object.keys(portVariables) as (keyof Ports)[]) {
    const [name, preset] = portVariables[port]
    const text = profile === 'dev' ? environment[name] : undefined
    if (port === 'gateway' && text === 'off') continue
    ports[port] = text ? Number(text) : preset + portOffset[profile][port]
    if (!Number.isInteger(ports[port]) || ports[port] < 1 || ports[port] > 65_535) {
      mistakes.push(`${name}=${text} is no port: give a number from 1 to 65535`)
    }
  }
  const taken = new Map<number, string>()
  for (const port of (Object.keys(portVariables) as (keyof Ports)[]).filter((each) => ports[each] !== 0)) {
    const other = taken.get(ports[port])
    if (other) mistakes.push(`${portVariable(port)} and ${other} are both ${ports[port]}: give each its own port`)
    taken.set(ports[port], portVariable(port))
  }

  const own = { mongo: given('MONGODB_URI'), s3: given('S3_ENDPOINT'), cluster: false }
  if (own.s3) {
    for (const name of ['S3_ACCESS_KEY', 'S3_SECRET_KEY']) {
      if (!given(name)) mistakes.push(`S3_ENDPOINT is set, ${name} is not: give the keys of that object store too`)
    }
  }
  if (given('KUBECONFIG') && given('VITRINE_KUBE_CONTEXT')) {
    own.cluster = true
    if (!given('VITRINE_APPS_URL'))
      notes.push('your own cluster: say in VITRINE_APPS_URL where it serves the apps, as https://{app}.apps.example.org')
  } else if (given('VITRINE_KUBE_CONTEXT')) {
    mistakes.push('VITRINE_KUBE_CONTEXT is set, KUBECONFIG is not: give the file that holds that context')
  } else if (given('KUBECONFIG')) {
    notes.push('KUBECONFIG is not used: name the context to deploy to in VITRINE_KUBE_CONTEXT as well')
  }

  if (mistakes.length > 0) throw new SettingsError(mistakes)
  const publicUrl = (profile === 'dev' && environment['VITRINE_PUBLIC_URL']) || `http://localhost:${ports.portal}`
  const dev = profile === 'dev' ? environment : {}
  return {
    profile,
    ports,
    own,
    bucket: dev['S3_BUCKET'] || 'vitrine',
    region: dev['S3_REGION'] || 'us-east-1',
    publicUrl,
    notes,
  }
}
