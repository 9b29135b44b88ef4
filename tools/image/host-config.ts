import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { X509Certificate } from 'node:crypto'
import { run } from '../stack/exec.ts'
import { readText } from '../stack/files.ts'

/**
 * How this host reaches package registries: read when an image is built, lent to the build through mounts, and never
 * part of an image or of the repository.
 */
export interface HostConfig {
  /** Lines of a sources.list for Debian `suite`. */
  aptSources: string[]
  /** Where debootstrap fetches from. */
  mirror: string
  /** apt settings (proxies, time-outs), as lines of an apt.conf. */
  aptSettings: string[]
  /** Proxies of apt alone, for debootstrap: names of environment variables and values. */
  aptProxies: Record<string, string>
  /** pip settings such as index-url, proxy, timeout. */
  pip: Record<string, string>
  /** Bundle of certificates that this host trusts, or null. */
  caBundle: string | null
  /** Debian's own mirror, as debootstrap has it built in. */
  publicMirror: string
  /** Hosts that everyone knows: what debootstrap and pip use when nobody tells them otherwise. */
  publicHosts: string[]
}

/** pip settings that say how to reach an index. Folders of this host (find-links, cache-dir) are not visible in a build. */
const pipNetworkSettings = ['index-url', 'extra-index-url', 'trusted-host', 'proxy', 'timeout', 'default-timeout', 'retries']

/** apt keeps an image small: what the official slim images set, too. */
export const slimAptConf = `APT::Install-Recommends "false";
Acquire::Languages "none";
Acquire::GzipIndexes "true";
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`

/** Asks apt and pip of this host for their configuration. */
export async function readHostConfig(suite: string): Promise<HostConfig> {
  const aptDump = await output('apt-config', ['dump'])
  const publicMirror = await readPublicMirror()
  const aptSources = parseIndexTargets(await readIndexTargets(), suite)
  return {
    aptSources: aptSources.length > 0 ? aptSources : [`deb ${publicMirror} ${suite} main`],
    mirror: aptSources.find((line) => line.split(' ')[2] === suite)?.split(' ')[1] ?? publicMirror,
    aptSettings: parseAptSettings(aptDump),
    aptProxies: parseAptProxies(aptDump),
    pip: parsePipConfig(await output('python3', ['-m', 'pip', 'config', 'list'])),
    caBundle: findCaBundle(aptDump),
    publicMirror,
    publicHosts: [new URL(publicMirror).hostname, ...(await readPublicIndexHosts())],
  }
}

/** Debootstrap is a script that names its default mirror in a line of its own. */
async function readPublicMirror(): Promise<string> {
  const script = await output('sh', ['-c', 'cat "$(command -v debootstrap || echo /usr/sbin/debootstrap)"'])
  const mirror = /^DEF_MIRROR="(http[^"]+)"$/m.exec(script)?.[1]
  if (mirror === undefined) throw new Error('debootstrap is not installed, or does not say which mirror it uses: install it with apt')
  return mirror
}

/** Pip's own index and the host that its files come from; none where there is no pip. */
async function readPublicIndexHosts(): Promise<string[]> {
  const program = 'from pip._internal.models.index import PyPI; print(PyPI.netloc, PyPI.file_storage_domain)'
  return (await output('python3', ['-c', program])).split(/\s+/).filter((host) => host !== '')
}

/** Runs a command whose absence only means that there is nothing to read. */
async function output(command: string, args: string[]): Promise<string> {
  try {
    const result = await run(command, args, { tolerate: true })
    return result.code === 0 ? result.stdout : ''
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ''
    throw error
  }
}

async function readIndexTargets(): Promise<string> {
  const ask = () => output('apt-get', ['indextargets', '--format', '$(REPO_URI) $(RELEASE) $(COMPONENT)', 'Created-By: Packages'])
  const targets = await ask()
  if (targets.trim() !== '') return targets
  // Before the first update apt knows no target. Without root this fails, and the public mirror is taken.
  await output('apt-get', ['update', '-qq'])
  return ask()
}

/** `deb` lines of the suite and of its updates, out of apt's own list of what it downloads. Other repositories stay out. */
export function parseIndexTargets(text: string, suite: string): string[] {
  const suites = [suite, `${suite}-updates`, `${suite}-security`]
  const lines = text.split('\n').flatMap((line) => {
    const [uri, release, component] = line.trim().split(' ')
    if (uri === undefined || release === undefined || component !== 'main' || !suites.includes(release)) return []
    return [`deb ${uri.replace(/\/$/, '')} ${release} main`]
  })
  return [...new Set(lines)]
}

/** The settings about how to fetch, out of `apt-config dump`. Everything about indexes, hooks and folders stays out. */
export function parseAptSettings(dump: string): string[] {
  const wanted = /^Acquire::(http|https|ftp|socks5h|Retries|Check-Valid-Until|Check-Date|ForceIPv4|ForceIPv6|Queue-Mode)\b/i
  const ofThisHost = /::(CaInfo|CaPath|SslCert|SslKey|Proxy-Auto-Detect|ProxyAutoDetect)\b/i
  return dump.split('\n').filter((line) => wanted.test(line) && !ofThisHost.test(line) && !line.endsWith(' "";'))
}

export function parseAptProxies(dump: string): Record<string, string> {
  const proxies: Record<string, string> = {}
  for (const [, scheme, value] of dump.matchAll(/^Acquire::(https?)::Proxy "([^"]+)";$/gim)) {
    if (scheme !== undefined && value !== undefined && value !== 'DIRECT') proxies[`${scheme.toLowerCase()}_proxy`] = value
  }
  return proxies
}

/** What `pip config list` says about the network, from files and environment alike; the last one counts, as for pip. */
export function parsePipConfig(text: string): Record<string, string> {
  const settings: Record<string, string> = {}
  for (const [, key, value] of text.matchAll(/^(?:global|install|:env:)\.([a-z-]+)='(.*)'$/gm)) {
    if (key !== undefined && value !== undefined && pipNetworkSettings.includes(key)) {
      settings[key === 'default-timeout' ? 'timeout' : key] = value.replaceAll('\\n', ' ')
    }
  }
  return settings
}

/** The same places that pip, curl, OpenSSL and apt look at, the most particular first. */
function findCaBundle(aptDump: string): string | null {
  const candidates = [
    process.env['PIP_CERT'],
    process.env['REQUESTS_CA_BUNDLE'],
    process.env['SSL_CERT_FILE'],
    process.env['CURL_CA_BUNDLE'],
    /^Acquire::https::CaInfo "([^"]+)";$/im.exec(aptDump)?.[1],
    '/etc/ssl/certs/ca-certificates.crt',
  ]
  return candidates.find((path) => path !== undefined && path !== '' && readText(path) !== null) ?? null
}

/** Files of our base that a build sees with this host's content, in place of their own. */
export const aptConfFile = '/etc/apt/apt.conf.d/slim'
export const aptSourcesFile = '/etc/apt/sources.list.d/debian.sources'

/** Sources in apt's newer format. */
export function debianSources(lines: string[]): string {
  const entries = lines.map((line) => {
    const [, uri, release] = line.split(' ')
    const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
    return `Types: deb\nURIs: ${uri}\nSuites: ${release}\nComponents: main\nSigned-By: ${keyring}\n`
  })
  return entries.join('\n')
}

/**
 * Writes the configuration into `folder` and answers the mounts that lend it to a build, as `buildah --volume` wants them.
 * They cover files and folders that the base has, so that not even an empty mount point is left in the image;
 * root's home is lent too, and keeps pip's download cache out of the image and between builds.
 */
export function lendHostConfig(config: HostConfig, folder: string): string[] {
  const home = join(folder, 'home')
  mkdirSync(join(home, '.config/pip'), { recursive: true })
  if (config.caBundle !== null) copyFileSync(config.caBundle, join(home, 'ca.pem'))
  writeFileSync(join(home, '.config/pip/pip.conf'), pipConf(config), { mode: 0o600 })
  const sources = join(folder, 'debian.sources')
  writeFileSync(sources, debianSources(config.aptSources))
  const settings = join(folder, 'apt.conf')
  const ca = config.caBundle === null ? [] : ['Acquire::https::CaInfo "/root/ca.pem";']
  writeFileSync(settings, slimAptConf + [...config.aptSettings, ...ca].map((line) => line + '\n').join(''))
  const auth = '/etc/apt/auth.conf.d'
  return [
    `${home}:/root`,
    `${sources}:${aptSourcesFile}:ro`,
    `${settings}:${aptConfFile}:ro`,
    ...(hasEntries(auth) ? [`${auth}:${auth}:ro`] : []),
  ]
}

function hasEntries(folder: string): boolean {
  try {
    return readdirSync(folder).length > 0
  } catch {
    return false
  }
}

function pipConf(config: HostConfig): string {
  const settings = { ...config.pip, ...(config.caBundle === null ? {} : { cert: '/root/ca.pem' }) }
  const lines = Object.entries({ ...settings, 'disable-pip-version-check': 'true', 'root-user-action': 'ignore' })
  return '[global]\n' + lines.map(([key, value]) => `${key} = ${value}\n`).join('')
}

/**
 * Pieces of this host's configuration that must not turn up in an image: names of hosts that are not the public ones,
 * and a line of each certificate that was added to this host by hand.
 */
export function secretsOf(config: HostConfig): string[] {
  const urls = [
    ...config.aptSources.map((line) => line.split(' ')[1] ?? ''),
    ...Object.values(config.aptProxies),
    ...Object.values(config.pip).flatMap((value) => value.split(/\s+/)),
    ...['http_proxy', 'https_proxy', 'HTTP_PROXY', 'HTTPS_PROXY'].map((name) => process.env[name] ?? ''),
  ]
  const hosts = urls.flatMap((url) => (URL.canParse(url) ? [new URL(url).hostname] : []))
  const own = hosts.filter((host) => host !== '' && !isPublic(host, config.publicHosts) && !isLoopback(host))
  return [...new Set([...own, ...addedCertificates(config.caBundle)])]
}

/** Whether a host is one that everyone knows, or a sibling of one: Debian serves its security updates from another host of the same domain. */
function isPublic(host: string, publicHosts: string[]): boolean {
  const domain = (name: string): string => name.split('.').slice(-2).join('.')
  return publicHosts.some((known) => host === known || domain(host) === domain(known))
}

/** A loopback name is in every image, and tells nothing. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || host.startsWith('127.')
}

/** Public certificates are in many an image (certifi); only those that somebody added here are telling. */
function addedCertificates(bundle: string | null): string[] {
  const packaged = certificatesIn(packagedCertificates())
  if (bundle === null || packaged.length === 0) return []
  const known = new Set(packaged.map((pem) => new X509Certificate(pem).fingerprint256))
  return (
    certificatesIn(readText(bundle) ?? '')
      .filter((pem) => !known.has(new X509Certificate(pem).fingerprint256))
      // A line of the key or the signature: the first lines are alike in many certificates.
      .map((pem) => pem.trim().split('\n').at(-3) ?? '')
      .filter((line) => line.length >= 60)
  )
}

function packagedCertificates(): string {
  const folder = '/usr/share/ca-certificates/mozilla'
  if (!hasEntries(folder)) return ''
  return readdirSync(folder)
    .map((name) => readText(join(folder, name)) ?? '')
    .join('\n')
}

export function certificatesIn(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}
