import { hash } from 'bcrypt'
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** How long the port may be another run's. */
const FREE_MS = 120_000

/**
 * Debian's registry once more, one port above the embedded one, where the node speaks plain HTTP too: it has the same images, and asks who one is
 * (HTTP Basic).
 */
export class SignInRegistry {
  private constructor(
    readonly host: string,
    readonly username: string,
    readonly password: string,
    private readonly child: ChildProcess,
    private readonly folder: string,
  ) {}

  /** @param registry the embedded one, whose images it has */
  static async start(registry: string): Promise<SignInRegistry> {
    const [address = '', port = ''] = registry.split(':')
    const host = `${address}:${Number(port) + 1}`
    const [username, password] = ['robot', 'only-for-tests-4fT9']
    const folder = await mkdtemp(join(tmpdir(), 'vitrine-registry-'))
    await writeFile(join(folder, 'users'), `${username}:${await hash(password, 4)}\n`)
    await writeFile(
      join(folder, 'config.yaml'),
      JSON.stringify({
        version: 0.1,
        log: { level: 'error', accesslog: { disabled: true } },
        storage: { filesystem: { rootdirectory: join(folder, 'images') } },
        auth: { htpasswd: { realm: 'tests', path: join(folder, 'users') } },
        proxy: { remoteurl: `http://${registry}` },
        http: { addr: host },
      }),
    )
    for (const until = performance.now() + FREE_MS; performance.now() < until; await sleep(500)) {
      const child = spawn('docker-registry', ['serve', join(folder, 'config.yaml')], { stdio: 'ignore' })
      const exited = new Promise((resolve) => child.once('exit', resolve))
      if (await answers(host, child)) return new SignInRegistry(host, username, password, child, folder)
      child.kill()
      await exited
    }
    await rm(folder, { recursive: true })
    throw new Error(`no registry could be started on ${host}`)
  }

  async stop(): Promise<void> {
    const exited = new Promise((resolve) => this.child.once('exit', resolve))
    this.child.kill()
    await exited
    await rm(this.folder, { recursive: true })
  }
}

/** Whether this very process serves there: it ends at once when the port is another's. */
async function answers(host: string, child: ChildProcess): Promise<boolean> {
  for (let attempt = 0; attempt < 100; attempt++) {
    await sleep(50)
    if (child.exitCode !== null || child.signalCode !== null) return false
    const status = await fetch(`http://${host}/v2/`).then(
      (answer) => answer.status,
      () => 0,
    )
    if (status === 401 && child.exitCode === null) return true
  }
  return false
}
