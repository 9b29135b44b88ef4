import { describe, expect, it } from 'vitest'
import {
  certificatesIn,
  debianSources,
  parseAptProxies,
  parseAptSettings,
  parseIndexTargets,
  parsePipConfig,
  secretsOf,
} from './host-config.ts'

describe('what apt says', () => {
  it('gives the sources of the suite and of its updates, and no other repository', () => {
    const targets = [
      'http://mirror.example/debian/ bookworm main',
      'http://mirror.example/debian/ bookworm contrib',
      'http://mirror.example/debian-security/ bookworm-security main',
      'http://mirror.example/debian-security/ bookworm-security main',
      'https://download.example/linux bookworm stable',
      'http://archive.ubuntu.com/ubuntu noble main',
      '',
    ]
    expect(parseIndexTargets(targets.join('\n'), 'bookworm')).toEqual([
      'deb http://mirror.example/debian bookworm main',
      'deb http://mirror.example/debian-security bookworm-security main',
    ])
  })

  const dump = [
    'APT::Update::Post-Invoke:: "rm -f /var/cache/apt/*.bin";',
    'Dir::Cache "var/cache/apt";',
    'Acquire "";',
    'Acquire::http "";',
    'Acquire::http::Proxy "http://proxy.example:3142";',
    'Acquire::https::CaInfo "/etc/ssl/own.pem";',
    'Acquire::https::Proxy "DIRECT";',
    'Acquire::Check-Date "false";',
    'Acquire::Changelogs::URI::Origin::Debian "https://example.org";',
    'Acquire::Languages:: "none";',
  ].join('\n')

  it('keeps how to fetch, and leaves hooks, folders and files of this host', () => {
    expect(parseAptSettings(dump)).toEqual([
      'Acquire::http::Proxy "http://proxy.example:3142";',
      'Acquire::https::Proxy "DIRECT";',
      'Acquire::Check-Date "false";',
    ])
  })

  it('gives proxies as variables', () => {
    expect(parseAptProxies(dump)).toEqual({ http_proxy: 'http://proxy.example:3142' })
  })

  it('writes sources in the newer format', () => {
    expect(debianSources(['deb http://mirror.example/debian bookworm main'])).toContain(
      'URIs: http://mirror.example/debian\nSuites: bookworm\n',
    )
  })
})

describe('what pip says', () => {
  it('keeps how to reach an index, from files and environment, the last one counting', () => {
    const list = [
      "global.index-url='https://first.example/simple'",
      "global.find-links='/opt/wheels'",
      "global.extra-index-url='https://a.example/simple\\nhttps://b.example/simple'",
      ":env:.default-timeout='180'",
      ":env:.index-url='https://second.example/simple'",
      ":env:.cert='/etc/ssl/own.pem'",
    ]
    expect(parsePipConfig(list.join('\n'))).toEqual({
      'index-url': 'https://second.example/simple',
      'extra-index-url': 'https://a.example/simple https://b.example/simple',
      timeout: '180',
    })
  })
})

describe('secretsOf', () => {
  const config = {
    aptSources: ['deb http://deb.public.example/debian bookworm main', 'deb http://security.public.example/debian bookworm-security main'],
    mirror: 'http://deb.public.example/debian',
    aptSettings: [],
    aptProxies: {},
    pip: {},
    caBundle: null,
    publicMirror: 'http://deb.public.example/debian',
    publicHosts: ['deb.public.example', 'index.test'],
  }

  it('knows no secret where only public hosts are used', () => {
    expect(secretsOf(config).filter((secret) => secret.includes('example'))).toEqual([])
  })

  it('names each private mirror and proxy once', () => {
    const found = secretsOf({
      ...config,
      aptSources: ['deb http://apt.mirror.test/debian bookworm main'],
      aptProxies: { http_proxy: 'http://proxy.example:3142' },
      pip: { 'index-url': 'https://user:word@pip.other.test/simple', 'extra-index-url': 'https://index.test/simple' },
    })
    expect(found).toEqual(expect.arrayContaining(['apt.mirror.test', 'proxy.example', 'pip.other.test']))
    expect(found).not.toContain('index.test')
  })

  it('finds each certificate of a bundle', () => {
    const one = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'
    expect(certificatesIn(`# a comment\n${one}\n\n${one}\n`)).toEqual([one, one])
  })
})
