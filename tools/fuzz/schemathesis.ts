import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../stack/exec.ts'
import { exists, list, remove } from '../stack/files.ts'
import { withLock } from '../stack/lock.ts'
import { cacheDir, digest } from '../stack/paths.ts'
import type { Progress } from '../stack/progress.ts'

const requirements = join(import.meta.dirname, 'requirements.txt')
const home = join(cacheDir, 'schemathesis')

/**
 * Installs schemathesis, at exactly the versions and hashes of requirements.txt, into a virtual environment outside of the checkout; once.
 * @returns the path of its program
 * @throws when there is no Python 3.11 or newer with venv, or the packages cannot be fetched
 */
export async function ensureSchemathesis(progress: Progress): Promise<string> {
  const target = join(home, digest(readFileSync(requirements)))
  // pip writes a package's programs after all packages are there: what is half made lacks it, and is made again.
  const program = join(target, 'bin/schemathesis')
  if (exists(program)) return program
  mkdirSync(home, { recursive: true })
  await withLock(join(cacheDir, 'schemathesis.lock'), async () => {
    if (exists(program)) return
    const log = join(cacheDir, 'schemathesis.log')
    remove(target)
    await progress.step('installing schemathesis', async () => {
      await run('python3', ['-c', 'import sys; assert sys.version_info >= (3, 11), "schemathesis needs Python 3.11 or newer"'], { log })
      await run('python3', ['-m', 'venv', target], { log })
      const pip = [
        '-m',
        'pip',
        'install',
        '--quiet',
        '--disable-pip-version-check',
        '--require-hashes',
        '--only-binary=:all:',
        '-r',
        requirements,
      ]
      await run(join(target, 'bin/python'), pip, { log })
    })
    for (const old of list(home)) if (join(home, old) !== target) remove(join(home, old))
  })
  return program
}
