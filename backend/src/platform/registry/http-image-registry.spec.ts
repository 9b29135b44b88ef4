import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeCluster } from '../../../test/fakes/fake-cluster.js'
import { FakeRegistry } from '../../../test/fakes/fake-registry.js'
import { HttpImageRegistry } from './http-image-registry.js'
import { RegistryError, type ImageFacts, type RegistryCredentials } from './image-registry.js'

const ANN = { username: 'ann', password: 'secret-of-ann' }

let registry: FakeRegistry
const others: FakeRegistry[] = []

beforeEach(async () => {
  registry = await FakeRegistry.start()
})
afterEach(async () => {
  await Promise.all([registry, ...others.splice(0)].map((each) => each.stop()))
})

async function another(): Promise<FakeRegistry> {
  const started = await FakeRegistry.start()
  others.push(started)
  return started
}

/** A client to which only those registries are named by an admin. */
const client = (insecure = [registry.host], trusted: string[] = []) =>
  new HttpImageRegistry({ insecureRegistries: insecure, trustedRegistries: trusted }, new FakeCluster().cluster)

const inspect = (path: string, credentials: RegistryCredentials | null = null): Promise<ImageFacts> =>
  client().inspect(`${registry.host}/${path}`, credentials)

async function failure(asked: Promise<unknown>): Promise<RegistryError> {
  const error: unknown = await asked.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof RegistryError) return error
  throw new Error('no RegistryError', { cause: error })
}

describe('what an image is', () => {
  it('says what an image for one platform is', async () => {
    const config = { User: '1000:1000', ExposedPorts: { '7860/tcp': {}, '53/udp': {} }, Entrypoint: ['python'], Cmd: ['app.py'] }
    const digest = registry.image('lab/iris', '1', { architecture: 'arm64', config })
    const found = await inspect('lab/iris:1')
    expect(found).toMatchObject({
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      platforms: ['linux/arm64'],
      user: '1000:1000',
      exposedPorts: [7860],
      entrypoint: ['python'],
      cmd: ['app.py'],
    })
    expect(found.compressedBytes).toBeGreaterThan(1_024)
    expect(await inspect(`lab/iris@${digest}`)).toEqual(found)
  })

  it("says of an index its own digest and all platforms, and of what is pulled that of linux/amd64; Docker's types are the same", async () => {
    const arm = registry.image('iris', '', { architecture: 'arm64', layers: [7] })
    const amd = registry.image('iris', '', { layers: [1_000_000], docker: true })
    const digest = registry.index('iris', 'latest', { 'linux/arm64': arm, 'linux/amd64': amd })
    const found = await inspect('iris')
    expect(found).toMatchObject({
      digest,
      platforms: ['linux/arm64', 'linux/amd64'],
      user: null,
      exposedPorts: [],
      entrypoint: [],
      cmd: [],
    })
    expect(found.compressedBytes).toBeGreaterThan(1_000_000)
  })

  it('reads what is behind a digest once, and asks every time what a tag stands for', async () => {
    const one = client()
    const first = registry.image('iris', '1')
    await one.inspect(`${registry.host}/iris:1`, null)
    registry.requests.length = 0
    expect((await one.inspect(`${registry.host}/iris:1`, null)).digest).toBe(first)
    expect(registry.requests.map(({ method }) => method)).toEqual(['HEAD'])
    const second = registry.image('iris', '1', { layers: [5] })
    expect((await one.inspect(`${registry.host}/iris:1`, null)).digest).toBe(second)
  })

  it('does not need the registry to name the digest', async () => {
    const digest = registry.image('iris', '1')
    registry.misbehave = ({ method }, answer) => method === 'HEAD' && Boolean(answer.writeHead(200).end())
    expect((await inspect('iris:1')).digest).toBe(digest)
  })
})

describe('signing in', () => {
  beforeEach(() => void registry.image('lab/iris', '1'))

  it.each(['basic', 'token'] as const)('by %s: only with the right password', async (signIn) => {
    registry.signIn = signIn
    expect(await inspect('lab/iris:1', ANN)).toMatchObject({ platforms: ['linux/amd64'] })
    expect(await failure(inspect('lab/iris:1'))).toMatchObject({ kind: 'unauthorized' })
    const refused = await failure(inspect('lab/iris:1', { ...ANN, password: 'wrong-password' }))
    expect(refused).toMatchObject({ kind: 'unauthorized' })
    expect(JSON.stringify([refused.message, refused.stack])).not.toContain('wrong-password')
  })

  it('gets a token as anyone, and for reading only', async () => {
    registry.signIn = 'token'
    registry.openRepository = 'lab/iris'
    await inspect('lab/iris:1')
    const [asked] = registry.requests.filter(({ path }) => path === '/token')
    expect(asked?.url.search).toBe('?service=fake&scope=repository%3Alab%2Firis%3Apull')
    expect(asked?.authorization).toBeUndefined()
  })

  it('does not send the password before it is asked for, nor to where an answer is redirected', async () => {
    const storage = await another()
    storage.image('lab/iris', '1')
    registry.signIn = 'basic'
    registry.misbehave = ({ path, authorization }, answer) =>
      path.includes('/blobs/') && authorization !== undefined
        ? Boolean(answer.writeHead(307, { location: `http://${storage.host}${path}?signature=1` }).end())
        : false
    await client([registry.host, storage.host]).inspect(`${registry.host}/lab/iris:1`, ANN)
    expect(registry.requests[0]?.authorization).toBeUndefined()
    expect(storage.requests).toHaveLength(1)
    expect(storage.requests[0]?.authorization).toBeUndefined()
  })

  it('does not sign in where a registry redirects to', async () => {
    const thief = await another()
    thief.signIn = 'basic'
    registry.misbehave = ({ path }, answer) => Boolean(answer.writeHead(302, { location: `http://${thief.host}${path}` }).end())
    expect(await failure(client([registry.host, thief.host]).inspect(`${registry.host}/lab/iris:1`, ANN))).toMatchObject({
      kind: 'unauthorized',
    })
    expect(thief.requests.map(({ authorization }) => authorization)).toEqual([undefined])
  })

  it('does not send the password to a token server without TLS that nobody vouched for, nor to the neighbours of this machine', async () => {
    const thief = await another()
    registry.signIn = 'token'
    for (const realm of [
      `http://${thief.host}/token`,
      `https://${thief.host}/token`,
      'http://169.254.169.254/latest',
      'https://169.254.169.254/latest',
      'https://[::1]/',
      `https://localhost:${thief.host.split(':')[1]}/token`,
      'https://ann:x@example.org/',
      'file:///etc/passwd',
      'nonsense',
    ]) {
      registry.realm = realm
      expect((await failure(inspect('lab/iris:1', ANN))).kind, realm).toMatch(/invalid|unreachable/)
    }
    expect(thief.requests).toEqual([])
  })
})

describe('where it does not go', () => {
  it('to the neighbours of this machine, by whatever name, unless an admin named the registry', async () => {
    registry.image('iris', '1')
    const port = registry.host.split(':')[1] ?? ''
    for (const host of [
      registry.host,
      `localhost:${port}`,
      `0x7f.1:${port}`,
      `[::ffff:127.0.0.1]:${port}`,
      `0.0.0.0:${port}`,
      '169.254.169.254',
      // The API server, as the cluster says it.
      '10.96.0.1:443',
    ])
      expect(await failure(client([]).inspect(`${host}/iris:1`, null)), host).toMatchObject({
        kind: 'unreachable',
        message: expect.stringContaining('does not connect to') as string,
      })
    expect(registry.requests).toEqual([])
  })

  it('by HTTPS to one that an admin trusts, which then is no registry with TLS', async () => {
    const error = await failure(client([], [registry.host]).inspect(`${registry.host}/iris:1`, null))
    expect(error).toMatchObject({ kind: 'unreachable', message: expect.stringContaining('does not speak TLS') as string })
  })

  it.each([
    'http://169.254.169.254/latest',
    'https://169.254.169.254/',
    'http://127.0.0.1:1/x',
    'https://localhost:1/',
    'ftp://example.org/',
  ])('to %s, when a registry redirects there', async (location) => {
    registry.misbehave = (_, answer) => Boolean(answer.writeHead(302, { location }).end())
    expect((await failure(inspect('iris:1'))).kind).toMatch(/invalid|unreachable/)
  })

  it('round and round', async () => {
    registry.misbehave = ({ path }, answer) => Boolean(answer.writeHead(302, { location: path }).end())
    expect(await failure(inspect('iris:1'))).toMatchObject({ kind: 'invalid' })
    expect(registry.requests.length).toBeLessThan(10)
  })
})

describe('registries that are not well', () => {
  it.each([
    [404, 'not-found'],
    [403, 'unauthorized'],
    [429, 'unreachable'],
    [500, 'unreachable'],
    [418, 'invalid'],
  ])('a %d means %s', async (status, kind) => {
    registry.misbehave = (_, answer) => Boolean(answer.writeHead(status).end('<b>no</b>'))
    const error = await failure(inspect('iris:1'))
    expect(error.kind).toBe(kind)
    expect(error.message).not.toContain('<b>')
  })

  it('one that is not there', async () => {
    const gone = await another()
    const { host } = gone
    await others.pop()?.stop()
    expect(await failure(client([host]).inspect(`${host}/iris:1`, null))).toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining('does not answer') as string,
    })
  })

  it.each(['before', 'within'])('one that stops %s its answer has eight seconds', async (when) => {
    const clock = new AbortController()
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(clock.signal)
    try {
      registry.misbehave = ({ method }, answer) => {
        if (when === 'within' && method === 'HEAD') return Boolean(answer.end())
        if (when === 'within') answer.write('{')
        setImmediate(() => clock.abort())
        return true
      }
      expect(await failure(inspect('iris:1'))).toMatchObject({
        kind: 'unreachable',
        message: expect.stringContaining('in time') as string,
      })
      expect(timeout).toHaveBeenCalledWith(8_000)
    } finally {
      timeout.mockRestore()
    }
  })

  it('one that answers too much', async () => {
    registry.misbehave = ({ method }, answer) => {
      if (method === 'HEAD') return Boolean(answer.writeHead(200).end())
      answer.writeHead(200, { 'content-type': 'application/json' })
      const piece = Buffer.alloc(1024 * 1024, ' ')
      const more = () => void (answer.writable && answer.write(piece, more))
      more()
      return true
    }
    expect(await failure(inspect('iris:1'))).toMatchObject({ kind: 'invalid', message: expect.stringContaining('more than') as string })
  })

  it('one that sends something else than the digest that was asked for', async () => {
    const digest = registry.image('iris', '1')
    registry.misbehave = ({ path, method }, answer) => method === 'GET' && path.includes(digest) && Boolean(answer.end('{"layers":[]}'))
    expect(await failure(inspect(`iris@${digest}`))).toMatchObject({ kind: 'invalid' })
  })

  const DIGEST = `sha256:${'0'.repeat(64)}`
  const CONFIG = { mediaType: 'application/vnd.oci.image.config.v1+json', digest: DIGEST, size: 1 }
  it.each<[string, string]>([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['a list', '[]'],
    ['deep nesting', '['.repeat(500_000)],
    ['neither an index nor an image', '{}'],
    ['both', JSON.stringify({ manifests: [], config: CONFIG, layers: [] })],
    ['the format of old', '{"schemaVersion":1,"name":"x"}'],
    ['an index of nothing', '{"manifests":[]}'],
    ['an index of nonsense', JSON.stringify({ manifests: [null, 1, { platform: { os: 'linux', architecture: {} }, digest: '../../x' }] })],
    ['an index of itself', JSON.stringify({ manifests: [{ platform: { os: 'linux', architecture: 'amd64' }, digest: DIGEST }] })],
    ['a chart', JSON.stringify({ config: { ...CONFIG, mediaType: 'application/vnd.cncf.helm.config.v1+json' }, layers: [] })],
    ['a way out of the repository', JSON.stringify({ config: { ...CONFIG, digest: '../../../metadata' }, layers: [] })],
    ['a layer of negative size', JSON.stringify({ config: CONFIG, layers: [{ digest: DIGEST, size: -1 }] })],
    ['a prototype', '{"__proto__":{"config":{}},"layers":[]}'],
  ])('one that sends %s', async (_, body) => {
    registry.put('iris', 'manifests', '1', body, 'application/json')
    expect((await failure(inspect('iris:1'))).kind).toMatch(/invalid|not-found/)
  })

  it('one whose image says things that no image says', async () => {
    const config = {
      User: { name: 'root' },
      ExposedPorts: { '99999999/tcp': {}, x: {}, '0': {} },
      Entrypoint: 'sh',
      Cmd: [1, 'a', null, 'x'.repeat(10_000)],
    }
    registry.image('iris', '1', { config })
    expect(await inspect('iris:1')).toMatchObject({ user: null, exposedPorts: [], entrypoint: [], cmd: ['a'] })
  })

  it.each([['{"token":1}'], ['{"token":"two words"}'], ['{}'], [JSON.stringify({ token: 'x'.repeat(20_000) })], ['no']])(
    'one that gives no token: case %#',
    async (body) => {
      registry.signIn = 'token'
      registry.misbehave = ({ path }, answer) => path === '/token' && Boolean(answer.end(body))
      expect(await failure(inspect('iris:1', ANN))).toMatchObject({ kind: 'invalid' })
    },
  )
})
