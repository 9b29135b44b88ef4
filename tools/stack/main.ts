import { ConfigurationError } from './portal.ts'
import { SettingsError } from './settings.ts'
import { profiles, type Profile } from './paths.ts'
import { Progress } from './progress.ts'
import { cleanBuildCache, ensureTools, missingTools, toolNames } from './tools.ts'

const usage = `Usage: node tools/stack/main.ts <command>
  up [--detach]        the whole product, attached; Ctrl-C stops it
  down                 stop what \`up\` started
  status               what runs, where, since when
  clean                remove .vitrine/ (data, logs); only when nothing runs
  build                build the embedded tools into the cache
  services [profile]   database, object store and cluster without the portal; prints their addresses as JSON
`

async function main(command: string, args: string[]): Promise<number> {
  switch (command) {
    case 'up':
      return (await import('./up.ts')).up(args.includes('--detach'))
    case 'down':
      return (await import('./down.ts')).down(profileOf(args[0] ?? 'dev'))
    case 'status':
      ;(await import('./status.ts')).status()
      return 0
    case 'clean':
      return (await import('./down.ts')).clean()
    case 'services':
      return (await import('./services.ts')).services(profileOf(args[0] ?? 'services'))
    case 'build': {
      const progress = new Progress()
      const missing = missingTools(toolNames)
      await ensureTools(toolNames, progress)
      if (missing.length > 0) await cleanBuildCache(progress)
      progress.line('all embedded tools are built')
      return 0
    }
    case 'cluster-daemon': {
      const { ClusterDaemon } = await import('./cluster/daemon.ts')
      return new ClusterDaemon(args[0] ?? '').run()
    }
    default:
      process.stderr.write(usage)
      return 64
  }
}

function profileOf(name: string): Profile {
  const profile = profiles.find((candidate) => candidate === name)
  if (!profile) throw new Error(`There is no profile ${name}; profiles are ${profiles.join(', ')}`)
  return profile
}

// `make status | head` closes the pipe early.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

try {
  process.exitCode = await main(process.argv[2] ?? '', process.argv.slice(3))
} catch (error) {
  process.stderr.write(`\n${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof SettingsError || error instanceof ConfigurationError ? 78 : 1
}
