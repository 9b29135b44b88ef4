import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isAlive, type ProcessIdentity } from '../../tools/stack/identity.ts'

type Part = 'kube-apiserver' | 'containerd'

// Whatever becomes of the test, the part goes on by then.
const LONGEST_STOP_S = 60
const RESTART_MS = 30_000

/**
 * A part of the embedded cluster that a test may stop. It is found by the run file that the cluster's supervisor writes, and only touched while exactly
 * that process lives and carries the mark of that supervisor: never by its name.
 */
export class ClusterProcess {
  private readonly file: string

  /** @throws when it is not known where the cluster's run files are, or the part does not run */
  constructor(private readonly part: Part) {
    const folder = process.env['TEST_CLUSTER_RUN']
    if (!folder) throw new Error('TEST_CLUSTER_RUN is not set: run this with "node tools/test/run.ts cluster"')
    this.file = join(folder, `${part}.json`)
    this.identity()
  }

  /** Stops it where it stands for so many milliseconds, with all its connections open, then lets it go on. */
  async stopFor(ms: number): Promise<void> {
    const { pid } = this.identity()
    const rescue = spawn('sh', ['-c', `sleep ${LONGEST_STOP_S}; kill -CONT ${pid}`], { detached: true, stdio: 'ignore' })
    process.kill(pid, 'SIGSTOP')
    try {
      await sleep(ms)
    } finally {
      process.kill(pid, 'SIGCONT')
      if (rescue.pid !== undefined) process.kill(-rescue.pid, 'SIGKILL')
    }
  }

  /** Kills it; resolves when its supervisor has started it again. */
  async restart(): Promise<void> {
    const before = this.identity()
    process.kill(before.pid, 'SIGKILL')
    for (const until = performance.now() + RESTART_MS; performance.now() < until; await sleep(100)) {
      const now = this.written()
      if (now.pid !== before.pid && isAlive(now)) return
    }
    throw new Error(`${this.part} was not started again within ${RESTART_MS} ms`)
  }

  private identity(): ProcessIdentity {
    const found = this.written()
    if (!isAlive(found)) throw new Error(`${this.part} does not run: ${this.file}`)
    if (!readFileSync(`/proc/${found.pid}/environ`, 'utf8').split('\0').includes(`VITRINE_STACK=${found.marker}`))
      throw new Error(`process ${found.pid} is not one of the cluster's supervisor`)
    return found
  }

  private written(): ProcessIdentity & { marker: string } {
    return JSON.parse(readFileSync(this.file, 'utf8')) as ProcessIdentity & { marker: string }
  }
}
