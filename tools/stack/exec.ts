import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'

export interface RunOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  input?: string
  /** Output goes here as well as into the result. */
  log?: string
  /** Do not throw when the command fails. */
  tolerate?: boolean
  timeoutMs?: number
}

export interface RunResult {
  code: number
  stdout: string
  stderr: string
}

/** A command that failed, with the end of what it said. */
export class CommandError extends Error {
  readonly result: RunResult

  constructor(command: string, result: RunResult, log?: string) {
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-12).join('\n')
    const where = log ? `\nAll of it: ${log}` : ''
    super(`\`${command}\` ended with code ${result.code}:\n${said}${where}`)
    this.result = result
  }
}

const running = new Set<ChildProcess>()

/** Interrupts the commands that run now: when everything is to stop, nobody waits for a build. */
export function interruptCommands(): void {
  for (const child of running) child.kill('SIGINT')
}

/** Runs a command without a shell and answers its output. Throws a CommandError when it fails. */
export function run(command: string, args: string[], options: RunOptions = {}): Promise<RunResult> {
  const { promise, resolve, reject } = Promise.withResolvers<RunResult>()
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: options.env ?? process.env,
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: options.timeoutMs,
  })
  running.add(child)
  let stdout = ''
  let stderr = ''
  const log = options.log ? openSync(options.log, 'a') : null
  const logged = (chunk: string) => {
    if (log !== null) writeSync(log, chunk)
  }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk
    logged(chunk)
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk
    logged(chunk)
  })
  child.stdin.on('error', () => {
    // The command closed its input early; its exit code says whether that matters.
  })
  child.stdin.end(options.input ?? '')
  child.on('error', reject)
  child.on('close', (code, signal) => {
    running.delete(child)
    if (log !== null) closeSync(log)
    const result = { code: code ?? 128, stdout, stderr: stderr || (signal ? `ended by ${signal}` : '') }
    if (result.code !== 0 && !options.tolerate) {
      reject(new CommandError([command, ...args.slice(0, 3)].join(' '), result, options.log))
    } else resolve(result)
  })
  return promise
}
