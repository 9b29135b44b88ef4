import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../stack/exec.ts'
import { digest } from '../stack/paths.ts'
import type { Progress } from '../stack/progress.ts'
import { buildImage, hasImage, type Buildah } from './buildah.ts'
import { aptConfFile, aptSourcesFile, debianSources, slimAptConf, type HostConfig } from './host-config.ts'

export const suite = 'bookworm'

/** Raise it to have every base made anew. */
const recipeVersion = '1'

/** What names one way of making the base; part of every image's key. */
export const baseKey = digest(recipeVersion, suite, process.arch, slimAptConf)

export const baseName = `localhost/vitrine/debian-${suite}:${baseKey}`

/** The same as in the official slim image: packages installed later leave their manuals and translations out, too. */
const slimDpkgConf = `path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/info/*
path-exclude /usr/share/groff/*
path-exclude /usr/share/lintian/*
path-exclude /usr/share/linda/*
path-exclude /usr/share/locale/*
`

const publicSources = (mirror: string): string =>
  debianSources([`deb ${mirror} ${suite} main`, `deb ${mirror} ${suite}-updates main`, `deb ${mirror}-security ${suite}-security main`])

/** The updates are installed with this host's sources; what stays behind names the public ones only. */
const buildFile = `FROM scratch AS bootstrapped
ADD base.tar /
RUN apt-get update -qq && apt-get upgrade -qq -y && apt-get clean
RUN find /usr/share/doc -depth -type f ! -name copyright -delete \\
 && find /usr/share/doc -depth -type d -empty -delete \\
 && rm -rf /usr/share/man/* /usr/share/info/* /usr/share/groff/* /usr/share/lintian/* /usr/share/locale/* \\
    /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/cache/ldconfig/* /etc/*- /etc/machine-id \\
 && find /var/log -type f -delete
FROM scratch
COPY --from=bootstrapped / /
ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
CMD ["bash"]
`

/**
 * Makes the Debian base in buildah's storage when it is not there: `debootstrap --variant=minbase` from this host's
 * mirror with checked signatures, then the updates. Takes about a minute, once.
 */
export async function ensureBase(
  buildah: Buildah,
  host: HostConfig,
  volumes: string[],
  scratch: string,
  log: string,
  progress: Progress,
): Promise<void> {
  if (await hasImage(buildah, baseName)) return
  mkdirSync(scratch, { recursive: true })
  const folder = mkdtempSync(join(scratch, 'base-'))
  const tree = join(folder, 'root')
  const context = join(folder, 'context')
  try {
    await progress.step(`Debian ${suite} by debootstrap`, () => bootstrap(tree, host, log))
    // Names of this host, and where it found its packages.
    for (const path of ['etc/hostname', 'etc/resolv.conf', 'etc/apt/sources.list']) rmSync(join(tree, path), { force: true })
    writeFileSync(join(tree, 'etc/dpkg/dpkg.cfg.d/slim'), slimDpkgConf)
    writeFileSync(join(tree, aptConfFile), slimAptConf)
    writeFileSync(join(tree, aptSourcesFile), publicSources(host.publicMirror))
    mkdirSync(context)
    writeFileSync(join(context, 'Containerfile'), buildFile)
    const own = ['dev', 'proc', 'sys', 'tmp', 'run'].flatMap((name) => ['--exclude', `./${name}/*`])
    const tar = ['--numeric-owner', '--sort=name', '--xattrs', ...own, '-C', tree, '-cf', join(context, 'base.tar'), '.']
    await run('tar', tar)
    const build = { folder: context, buildFile: 'Containerfile', name: baseName, volumes, log }
    await progress.step('Debian updates', () => buildImage(buildah, build, progress))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function bootstrap(tree: string, host: HostConfig, log: string): Promise<void> {
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
  const script = join('/usr/share/debootstrap/scripts', suite)
  const args = ['--variant=minbase', `--keyring=${keyring}`, '--force-check-gpg']
  if (host.caBundle !== null) args.push(`--certificate=${host.caBundle}`)
  // An older debootstrap does not know a newer suite by name; all of Debian's are made alike.
  const fallback = existsSync(script) ? [] : ['/usr/share/debootstrap/scripts/sid']
  const env = { ...process.env, ...host.aptProxies, DEBIAN_FRONTEND: 'noninteractive' }
  await run('debootstrap', [...args, suite, tree, host.mirror, ...fallback], { env, log })
  if (readdirSync(tree).length === 0) throw new Error(`debootstrap wrote nothing: see ${log}`)
}
