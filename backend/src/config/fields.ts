/** One setting: its environment variable, what it is for, how its text is read. Without a `default` it must be given. */
export interface Field<T> {
  env: string
  doc: string
  parse: (raw: string) => T
  default?: T
  /** Never shown. */
  secret?: boolean
}

const field = <T>(definition: Field<T>): Field<T> => definition

const text = (raw: string): string => raw

function url(protocols: string[]): (raw: string) => string {
  return (raw) => {
    const parsed = URL.canParse(raw) ? new URL(raw) : undefined
    if (!parsed || !protocols.includes(parsed.protocol))
      throw new Error(`must be an address that begins with ${protocols.map((p) => `${p}//`).join(' or ')}`)
    return raw.replace(/\/+$/, '')
  }
}

function wholeNumber(min: number, max: number): (raw: string) => number {
  return (raw) => {
    const value = Number(raw)
    if (!/^\d+$/.test(raw) || value < min || value > max) throw new Error(`must be a whole number from ${min} to ${max}`)
    return value
  }
}

function oneOf<const V extends string>(...values: V[]): (raw: string) => V {
  return (raw) => {
    const found = values.find((value) => value === raw)
    if (found === undefined) throw new Error(`must be one of ${values.join(', ')}`)
    return found
  }
}

function secret(least: number): (raw: string) => string {
  return (raw) => {
    if (raw.length < least) throw new Error(`must have at least ${least} characters`)
    if (/changeme|change-me|minioadmin|secret1|password1|^(.)\1*$/i.test(raw))
      throw new Error('is a well-known value. Generate one, for example with: openssl rand -base64 48')
    return raw
  }
}

function dnsLabel(most: number): (raw: string) => string {
  return (raw) => {
    if (!/^[a-z]([-a-z0-9]*[a-z0-9])?$/.test(raw) || raw.length > most)
      throw new Error(`must be a DNS label of at most ${most} characters: small letters, digits and hyphens, a letter first`)
    return raw
  }
}

function appsUrl(raw: string): string {
  const example = raw.replace('{app}', 'demo')
  if (
    !raw.includes('{app}') ||
    !URL.canParse(example) ||
    !/^https?:$/.test(new URL(example).protocol) ||
    !new URL(example).hostname.startsWith('demo.')
  )
    throw new Error('must be an http(s) address with {app} as the first label of its host, as in https://{app}.apps.example.org')
  return raw.replace(/\/+$/, '')
}

function mongoUri(raw: string): string {
  if (!/^mongodb(\+srv)?:\/\/[^/]+/.test(raw)) throw new Error('must begin with mongodb:// or mongodb+srv://')
  return raw
}

/** Every setting of the portal. The table in docs/configuration.md is generated from this. */
export const FIELDS = {
  host: field({ env: 'VITRINE_HOST', doc: 'Address that the portal listens on.', parse: text, default: '127.0.0.1' }),
  port: field({ env: 'VITRINE_PORT', doc: 'Port that the portal listens on.', parse: wholeNumber(1, 65535), default: 8080 }),
  role: field({
    env: 'VITRINE_ROLE',
    doc: 'What this process is: `portal` (page, API, and what deploys apps), `gateway` (the way to private apps and nothing else), or `all`. See docs/private-apps.md.',
    parse: oneOf('all', 'portal', 'gateway'),
    default: 'all',
  }),
  gatewayPort: field<number | null>({
    env: 'VITRINE_GATEWAY_PORT',
    doc: 'Port of the gateway to private apps; a process that is only the portal needs to be told, too, that there is one. `off`: there is none, and the addresses of all apps are open.',
    parse: (raw) => (raw === 'off' ? null : wholeNumber(1, 65535)(raw)),
    default: null,
  }),
  gatewayHost: field<string | null>({
    env: 'VITRINE_GATEWAY_HOST',
    doc: 'Address that the gateway listens on, where the ingress of the cluster reaches it; VITRINE_HOST when not given. It may appear later.',
    parse: text,
    default: null,
  }),
  publicUrl: field({
    env: 'VITRINE_PUBLIC_URL',
    doc: 'Address under which browsers reach the portal. With https, cookies are Secure and carry the __Host- prefix.',
    parse: url(['http:', 'https:']),
    default: 'http://localhost:8080',
  }),
  secret: field({
    env: 'VITRINE_SECRET',
    doc: 'Key that signs CSRF tokens and seals what is kept secret of apps and registries; at least 32 characters, the same for all replicas. With another one those secrets have to be given again.',
    parse: secret(32),
    secret: true,
  }),
  trustedProxies: field({
    env: 'VITRINE_TRUSTED_PROXIES',
    doc: 'How many reverse proxies stand before the portal and set X-Forwarded-For.',
    parse: wholeNumber(0, 10),
    default: 0,
  }),
  mongodbUri: field({
    env: 'MONGODB_URI',
    doc: 'Connection string of the database, with the database name.',
    parse: mongoUri,
    secret: true,
  }),
  s3Endpoint: field({ env: 'S3_ENDPOINT', doc: 'Address of the object store, as the portal reaches it.', parse: url(['http:', 'https:']) }),
  s3PublicEndpoint: field<string | null>({
    env: 'S3_PUBLIC_ENDPOINT',
    doc: 'Address of the object store, as browsers reach it; S3_ENDPOINT when not given.',
    parse: url(['http:', 'https:']),
    default: null,
  }),
  s3AccessKey: field({
    env: 'S3_ACCESS_KEY',
    doc: 'Access key for the bucket. Presigned addresses show it: use one that reaches only this bucket.',
    parse: text,
    secret: true,
  }),
  s3SecretKey: field({ env: 'S3_SECRET_KEY', doc: 'Secret key for the bucket.', parse: secret(1), secret: true }),
  s3Region: field({ env: 'S3_REGION', doc: 'Region of the object store.', parse: text, default: 'us-east-1' }),
  s3Bucket: field({
    env: 'S3_BUCKET',
    doc: 'Bucket that holds all files; it is created when it is missing and the key may do so.',
    parse: text,
    default: 'vitrine',
  }),
  maxUploadBytes: field({
    env: 'VITRINE_MAX_UPLOAD_BYTES',
    doc: 'Largest file that may be uploaded, in bytes.',
    parse: wholeNumber(1, Number.MAX_SAFE_INTEGER),
    default: 5 * 2 ** 40,
  }),
  maxAssets: field({
    env: 'VITRINE_MAX_ASSETS',
    doc: 'How many pictures, films and captions the texts of one project may have.',
    parse: wholeNumber(1, 1_000_000),
    default: 2_000,
  }),
  maxAssetBytes: field({
    env: 'VITRINE_MAX_ASSET_BYTES',
    doc: 'How many bytes the pictures, films and captions of one project may take together.',
    parse: wholeNumber(1, Number.MAX_SAFE_INTEGER),
    default: 5 * 2 ** 30,
  }),
  kubeconfig: field<string | null>({
    env: 'KUBECONFIG',
    doc: 'Kubeconfig file of the cluster that runs the apps; it may appear later. Without it, app hosting is off.',
    parse: text,
    default: null,
  }),
  kubeContext: field<string | null>({ env: 'VITRINE_KUBE_CONTEXT', doc: 'Context of the kubeconfig to use.', parse: text, default: null }),
  appsUrl: field({
    env: 'VITRINE_APPS_URL',
    doc: 'Address of an app, with {app} as the first label of the host; best on another site than the portal. Each portal on a cluster needs a domain of its own: apps of the same name would answer for each other.',
    parse: appsUrl,
    default: 'http://{app}.apps.localhost:8081',
  }),
  namespacePrefix: field({
    env: 'VITRINE_NAMESPACE_PREFIX',
    doc: 'First part of the name of every namespace that the portal makes; another one for each portal on a cluster.',
    parse: dnsLabel(20),
    default: 'vitrine',
  }),
  driver: field<'auto' | 'knative' | 'gateway' | 'ingress' | 'emissary'>({
    env: 'VITRINE_DRIVER',
    doc: 'How apps are run. `auto` takes what the cluster offers, in the order knative, gateway, ingress, and leaves each app with the driver that deployed it; a name moves all apps to that driver. See docs/drivers.md.',
    parse: oneOf('auto', 'knative', 'gateway', 'ingress', 'emissary'),
    default: 'auto',
  }),
  gateway: field<NamespacedName | null>({
    env: 'VITRINE_GATEWAY',
    doc: 'Gateway that the routes of apps attach to, as namespace/name. Without it the driver `gateway` is not used.',
    parse: namespacedName,
    default: null,
  }),
  ingressClass: field<string | null>({
    env: 'VITRINE_INGRESS_CLASS',
    doc: "Class of the Ingresses of apps; the cluster's default class when not given.",
    parse: dnsName,
    default: null,
  }),
  ingressNamespaces: field<readonly string[]>({
    env: 'VITRINE_INGRESS_NAMESPACES',
    doc: 'Namespaces from which requests to apps may come, separated by commas: those of the ingress, and of Knative where it is used.',
    parse: list,
    default: [
      'knative-serving',
      'traefik',
      'kourier-system',
      'contour-external',
      'istio-system',
      'istio-ingress',
      'envoy-gateway-system',
      'ingress-nginx',
      'haproxy-controller',
      'emissary',
    ],
  }),
  knativeTimeoutSeconds: field({
    env: 'VITRINE_KNATIVE_TIMEOUT_SECONDS',
    doc: "How long Knative waits for the first byte of an answer, keeps a web socket open, and lets an ended pod finish; at most max-revision-timeout-seconds of the cluster's config-defaults, which is 600 unless changed.",
    parse: wholeNumber(1, 86_400),
    default: 300,
  }),
  gpuResource: field({
    env: 'VITRINE_GPU_RESOURCE',
    doc: 'What the cluster calls a GPU, as its device plugin registers it.',
    parse: gpuResource,
    default: 'nvidia.com/gpu',
  }),
  insecureRegistries: field<readonly string[]>({
    env: 'VITRINE_INSECURE_REGISTRIES',
    doc: 'Registries of images that are asked by plain HTTP, at whatever address, as host[:port], separated by commas. See docs/registries.md.',
    parse: registries,
    default: [],
  }),
  trustedRegistries: field<readonly string[]>({
    env: 'VITRINE_TRUSTED_REGISTRIES',
    doc: 'Registries of images that are asked (by HTTPS) at whatever address, as host[:port], separated by commas: also at those of this machine, its link and the API server, where the portal does not go otherwise.',
    parse: registries,
    default: [],
  }),
  adminUsername: field({ env: 'VITRINE_ADMIN_USERNAME', doc: 'Name of the first admin.', parse: username, default: 'admin' }),
  adminPassword: field<string | null>({
    env: 'VITRINE_ADMIN_PASSWORD',
    doc: 'Password of the first admin (12 or more characters); generated when not given.',
    parse: secret(12),
    default: null,
    secret: true,
  }),
  credentialsFile: field<string | null>({
    env: 'VITRINE_CREDENTIALS_FILE',
    doc: "File that the first admin's sign-in is written to, once, readable by its owner only.",
    parse: text,
    default: null,
  }),
  publicAccess: field({
    env: 'VITRINE_PUBLIC_ACCESS',
    doc: 'Whether public projects can be read without an account.',
    parse: oneOf('on', 'off'),
    default: 'off',
  }),
  sessionIdleHours: field({
    env: 'VITRINE_SESSION_IDLE_HOURS',
    doc: 'A session ends when it was not used for so many hours.',
    parse: wholeNumber(1, 8_760),
    default: 24,
  }),
  sessionMaxHours: field({
    env: 'VITRINE_SESSION_MAX_HOURS',
    doc: 'A session ends after so many hours in any case.',
    parse: wholeNumber(1, 8_760),
    default: 336,
  }),
  localSignIn: field({
    env: 'VITRINE_LOCAL_SIGN_IN',
    doc: 'Whether people sign in with a name and a password of this instance. `off` needs an identity provider.',
    parse: oneOf('on', 'off'),
    default: 'on',
  }),
  breakGlassAdmin: field<string | null>({
    env: 'VITRINE_BREAK_GLASS_ADMIN',
    doc: 'Name of the one admin who can sign in with a password where local sign-in is off, for the day on which the identity provider fails.',
    parse: username,
    default: null,
  }),
  oidcIssuer: field<string | null>({
    env: 'VITRINE_OIDC_ISSUER',
    doc: 'Issuer of an OpenID Connect provider, exactly as it names itself; its discovery document is read from there. See docs/sign-in.md.',
    parse: issuer,
    default: null,
  }),
  oidcClientId: field<string | null>({
    env: 'VITRINE_OIDC_CLIENT_ID',
    doc: 'How the identity provider calls this portal.',
    parse: text,
    default: null,
  }),
  oidcClientSecret: field<string | null>({
    env: 'VITRINE_OIDC_CLIENT_SECRET',
    doc: 'Secret that the identity provider gave this portal; none for a public client.',
    parse: text,
    default: null,
    secret: true,
  }),
  oidcScopes: field({
    env: 'VITRINE_OIDC_SCOPES',
    doc: 'Scopes that the identity provider is asked for, separated by spaces.',
    parse: scopes,
    default: 'openid profile email',
  }),
  oidcGroupsClaim: field({
    env: 'VITRINE_OIDC_GROUPS_CLAIM',
    doc: "Claim that lists someone's groups, in the id token or else in the userinfo.",
    parse: text,
    default: 'groups',
  }),
  oidcAdminGroups: field<readonly string[] | null>({
    env: 'VITRINE_OIDC_ADMIN_GROUPS',
    doc: 'Groups of the identity provider whose members are admins, separated by commas. When given, the role follows them at each sign-in, in both directions.',
    parse: list,
    default: null,
  }),
  oidcAllowedGroups: field<readonly string[] | null>({
    env: 'VITRINE_OIDC_ALLOWED_GROUPS',
    doc: 'Groups of the identity provider whose members may sign in, separated by commas; everyone when not given.',
    parse: list,
    default: null,
  }),
  oidcGroups: field<GroupRules | null>({
    env: 'VITRINE_OIDC_GROUPS',
    doc: 'Which groups of the identity provider become groups here: `*` for each by its name, or pairs as `theirs=ours`, separated by commas.',
    parse: groupRules,
    default: null,
  }),
  oidcLinkByEmail: field({
    env: 'VITRINE_OIDC_LINK_BY_EMAIL',
    doc: 'Whether someone from the identity provider gets the one local account that has their verified e-mail address; its password is removed then.',
    parse: oneOf('on', 'off'),
    default: 'off',
  }),
  oidcLabel: field({
    env: 'VITRINE_OIDC_LABEL',
    doc: 'What the button of the identity provider says: "Sign in with …".',
    parse: text,
    default: 'Single sign-on',
  }),
  rateLimitAccount: field({
    env: 'VITRINE_RATE_LIMIT_ACCOUNT',
    doc: 'Requests a minute that the sessions of one account may send to one replica; 0 for no limit.',
    parse: wholeNumber(0, 1_000_000),
    default: 1_200,
  }),
  rateLimitToken: field({
    env: 'VITRINE_RATE_LIMIT_TOKEN',
    doc: 'Requests a minute that one API token may send to one replica; 0 for no limit.',
    parse: wholeNumber(0, 1_000_000),
    default: 1_200,
  }),
  rateLimitAddress: field({
    env: 'VITRINE_RATE_LIMIT_ADDRESS',
    doc: 'Requests a minute without an account, or with a wrong credential, that one address (an IPv6 /64) may send to one replica; 0 for no limit.',
    parse: wholeNumber(0, 1_000_000),
    default: 600,
  }),
  maxStreams: field({
    env: 'VITRINE_MAX_STREAMS',
    doc: 'Streams (events, logs) that one account may have open at one replica.',
    parse: wholeNumber(1, 100_000),
    default: 100,
  }),
  templatesDir: field({
    env: 'VITRINE_TEMPLATES_DIR',
    doc: 'Folder of the manifest templates.',
    parse: text,
    default: 'manifests-templates',
  }),
  frontendDir: field({ env: 'VITRINE_FRONTEND_DIR', doc: 'Folder of the built page.', parse: text, default: 'frontend/dist/spa' }),
  logRetentionDays: field({
    env: 'VITRINE_LOG_RETENTION_DAYS',
    doc: 'How many days the stored logs of apps are kept.',
    parse: wholeNumber(1, 3_650),
    default: 30,
  }),
  logMaxBytesPerApp: field({
    env: 'VITRINE_LOG_MAX_BYTES_PER_APP',
    doc: 'How many bytes of the bucket the stored log of one app may take, compressed; the oldest part goes first.',
    parse: wholeNumber(2 ** 20, Number.MAX_SAFE_INTEGER),
    default: 2 ** 30,
  }),
  chromium: field<string | null>({
    env: 'VITRINE_CHROMIUM',
    doc: 'Path of a Chromium with which texts are printed to PDF; run as it is needed, without a network. Without it and without VITRINE_GOTENBERG_URL there is no PDF. See docs/export.md.',
    parse: absolutePath,
    default: null,
  }),
  gotenbergUrl: field<string | null>({
    env: 'VITRINE_GOTENBERG_URL',
    doc: 'Address of a Gotenberg, which then prints to PDF in the place of a Chromium on this machine.',
    parse: url(['http:', 'https:']),
    default: null,
  }),
  pdfTimeoutSeconds: field({
    env: 'VITRINE_PDF_TIMEOUT_SECONDS',
    doc: 'How long the printing of one PDF may take, in seconds.',
    parse: wholeNumber(1, 600),
    default: 60,
  }),
  taskResultDays: field({
    env: 'VITRINE_TASK_RESULT_DAYS',
    doc: 'How many days the result of a task, such as a bulk export, can be downloaded before it is removed.',
    parse: wholeNumber(1, 365),
    default: 7,
  }),
  logLevel: field({
    env: 'VITRINE_LOG_LEVEL',
    doc: 'How much is logged.',
    parse: oneOf('debug', 'info', 'warn', 'error'),
    default: 'info',
  }),
} as const

function absolutePath(raw: string): string {
  if (!raw.startsWith('/') || raw.includes('\0')) throw new Error('must be an absolute path, as in /usr/bin/chromium')
  return raw
}

function username(raw: string): string {
  if (!/^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/.test(raw))
    throw new Error('must have 1 to 64 characters: small letters, digits, dot, hyphen, underscore')
  return raw
}

/** Names an object in a namespace. */
export interface NamespacedName {
  namespace: string
  name: string
}

function namespacedName(raw: string): NamespacedName {
  const [namespace = '', name = '', ...rest] = raw.split('/')
  if (rest.length > 0 || name === '') throw new Error('must be written as namespace/name')
  return { namespace: dnsLabel(63)(namespace), name: dnsName(name) }
}

function gpuResource(raw: string): string {
  if (!/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?\/[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(raw) || raw.length > 253)
    throw new Error('must be the name of an extended resource, as in nvidia.com/gpu')
  return raw
}

function registries(raw: string): readonly string[] {
  return list(raw).map((each) => {
    const host = each.toLowerCase()
    if (!/^[a-z0-9.-]+(:\d{1,5})?$|^\[[a-f0-9:.]+\](:\d{1,5})?$/.test(host) || !URL.canParse(`http://${host}`))
      throw new Error('must be names as host or host:port, separated by commas')
    return host
  })
}

function dnsName(raw: string): string {
  if (!/^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/.test(raw) || raw.length > 253)
    throw new Error('must be the name of an object: small letters, digits, hyphens and dots')
  return raw
}

/** Which groups of an identity provider become groups of ours: each by its name, or ours by theirs. */
export type GroupRules = '*' | ReadonlyMap<string, string>

const GROUP_NAME = /^[a-z0-9]([a-z0-9._-]{0,62}[a-z0-9])?$/

function list(raw: string): readonly string[] {
  const items = raw
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
  if (items.length === 0) throw new Error('must have at least one name; names are separated by commas')
  return items
}

function groupRules(raw: string): GroupRules {
  if (raw.trim() === '*') return '*'
  return new Map(
    list(raw).map((pair) => {
      // The last one: a name of theirs may contain it.
      const at = pair.lastIndexOf('=')
      const [theirs, ours] = [pair.slice(0, Math.max(at, 0)).trim(), pair.slice(at + 1).trim()]
      if (theirs === '' || !GROUP_NAME.test(ours))
        throw new Error('must be * or pairs as theirs=ours, separated by commas; ours has small letters, digits, dot, hyphen, underscore')
      return [theirs, ours]
    }),
  )
}

function scopes(raw: string): string {
  const names = raw.split(/\s+/).filter(Boolean)
  if (!names.includes('openid')) throw new Error('must contain openid')
  return names.join(' ')
}

/** Kept as it is, a slash at its end included: it is compared with what the provider says of itself. */
function issuer(raw: string): string {
  const parsed = URL.canParse(raw) ? new URL(raw) : undefined
  const local = parsed !== undefined && /^(localhost|127(\.\d+){3}|\[::1\])$/.test(parsed.hostname)
  if (parsed?.protocol !== 'https:' && !(parsed?.protocol === 'http:' && local))
    throw new Error('must be an address that begins with https://; http:// is for a provider on this very machine')
  if (parsed.search !== '' || parsed.hash !== '' || parsed.username !== '' || parsed.password !== '')
    throw new Error('must be an address without a query, a fragment or a password')
  return raw
}

/** The parsed configuration. */
export type Config = { readonly [K in keyof typeof FIELDS]: (typeof FIELDS)[K] extends Field<infer T> ? T : never }
