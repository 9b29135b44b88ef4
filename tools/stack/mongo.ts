import { connect } from 'node:net'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceSpec } from './processes.ts'
import { toolDir } from './tools.ts'

/** The embedded database: MongoDB's wire protocol on one file. */
export function mongoService(dataDir: string, port: number): ServiceSpec {
  mkdirSync(dataDir, { recursive: true })
  const tool = toolDir('mongo')
  const classPath = [tool, join(tool, 'lib', '*')].join(':')
  return {
    name: 'mongo',
    command: 'java',
    args: ['-Xmx512m', '-XX:+UseSerialGC', '-cp', classPath, 'EmbeddedMongo', String(port), join(dataDir, 'data.mv')],
    graceMs: 15_000,
  }
}

/** True when something accepts connections there. */
export function accepts(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const answer = (result: boolean) => {
      socket.destroy()
      resolve(result)
    }
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
    socket.setTimeout(1000, () => answer(false))
  })
}
