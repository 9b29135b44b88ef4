import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { appsDomain } from './cluster/gateway-route.ts'
import { interruptCommands } from './exec.ts'
import { readText } from './files.ts'
import { profileDir, root } from './paths.ts'
import { buildPortal, checkPortal, ConfigurationError, portalReady, portalServes, portalService, readCredentials } from './portal.ts'
import { Progress } from './progress.ts'
import { AlreadyRunning, liveStack, startStack, type Stack } from './stack.ts'
import { sleep, waitFor } from './time.ts'

/** `make up`: attached like `docker compose up`, or handed to the background once everything serves. */
export function up(detach: boolean): Promise<number> {
  return detach ? upDetached() : upAttached()
}

async function upAttached(): Promise<number> {
  const progress = new Progress()
  const stopping = new AbortController()
  const stop = Promise.withResolvers<void>()
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stopping.signal.aborted) return progress.line('still stopping; whatever does not stop in time is ended')
      stopping.abort()
      stop.resolve()
      interruptCommands()
    })
  }
  const stack = await startStack({
    profile: 'dev',
    progress,
    signal: stopping.signal,
    prepare,
  }).catch((error: unknown) => {
    // A build that was interrupted fails; that is no news to the one who interrupted it.
    if (!stopping.signal.aborted) throw error
    return null
  })
  if (stack === null) {
    progress.line('stopped')
    return 0
  }
  try {
    // A signal during the start stops it; what the start then says no longer matters.
    await Promise.race([startPortal(stack), stop.promise])
    if (!stopping.signal.aborted) {
      announce(stack)
      void stack.clusterReady().then(async (ready) => {
        if (ready) await leadToGateway(stack)
        stack.ready = true
        stack.save()
        if (ready && stack.cluster.kind === 'embedded') progress.line(`apps: http://<app>.apps.localhost:${stack.settings.ports.apps}`)
      })
      await stop.promise
    }
    progress.plain('')
    progress.line('stopping')
  } finally {
    await stack.stop()
  }
  progress.line('stopped')
  return 0
}

/** Nothing starts before the whole configuration is known to be right. */
async function prepare(stack: Stack): Promise<void> {
  await buildPortal(stack.progress)
  const mistakes = await checkPortal(stack.portalEnvironment())
  if (mistakes !== null) throw new ConfigurationError(mistakes)
}

/** Apps that are private go through the portal's gateway. */
async function leadToGateway(stack: Stack): Promise<void> {
  try {
    await stack.leadToGateway(appsDomain, '')
  } catch (error) {
    stack.progress.line(`private apps cannot be reached: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function startPortal(stack: Stack): Promise<void> {
  const { progress, settings } = stack
  const environment = stack.portalEnvironment()
  await progress.step(`portal on ${settings.publicUrl}`, async () => {
    const service = stack.launch(portalService(environment), settings.publicUrl)
    const { portal } = settings.ports
    await waitFor(() => portalServes(portal), { what: 'the portal', timeoutMs: 60_000, check: service.assertRunning })
    await waitFor(() => portalReady(portal), { what: 'its parts', timeoutMs: 30_000, check: service.assertRunning }).catch((error: Error) =>
      progress.line(`the portal serves, but not everything it needs is there: ${error.message}. Its log: ${service.log}`),
    )
  })
  stack.portalUrl = settings.publicUrl
  stack.save()
}

function announce(stack: Stack): void {
  const { progress, settings } = stack
  const credentials = readCredentials(stack.credentialsFile)
  progress.plain('')
  progress.plain(`  Vitrine   ${settings.publicUrl}`)
  if (credentials) {
    progress.plain(`  Sign in   ${credentials.username} / ${credentials.password}`)
  }
  progress.plain(`  Logs      ${stack.logs}`)
  if (stack.cluster.kind === 'absent') progress.plain(`  Apps      not here: ${stack.cluster.reason}`)
  progress.plain('  Stop      Ctrl-C, or `make down` in another terminal')
  progress.plain('')
}

async function upDetached(): Promise<number> {
  const running = liveStack('dev')
  if (running) throw new AlreadyRunning(running)
  const folder = join(profileDir('dev'), 'logs')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'up.log')
  const log = openSync(path, 'w')
  const main = join(root, 'tools/stack/main.ts')
  const child = spawn(process.execPath, [main, 'up'], { cwd: root, detached: true, stdio: ['ignore', log, log] })
  closeSync(log)
  let shown = 0
  const show = () => {
    const text = readText(path) ?? ''
    process.stdout.write(text.slice(shown))
    shown = text.length
  }
  while (child.exitCode === null && child.signalCode === null) {
    show()
    const record = liveStack('dev')
    if (record?.supervisor.pid === child.pid && record?.ready) {
      show()
      child.unref()
      process.stdout.write(`\nRunning in the background (pid ${child.pid}). \`make status\` shows it, \`make down\` stops it.\n`)
      return 0
    }
    await sleep(200)
  }
  show()
  return child.exitCode ?? 1
}
