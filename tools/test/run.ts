// Runs every check and test of the repository and ends with one line that adds up what the runners reported.
//   node tools/test/run.ts [step…] [-- filter…]
//   node tools/test/run.ts keep
// Only those steps, for example `small integration`; what follows `--` goes to Vitest, for example `e2e -- main-journey`.
// `keep` starts the services and keeps them, so that the runs that follow start at once.
import { spawn } from 'node:child_process'
import { mkdirSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fuzz } from '../fuzz/fuzz.ts'
import { buildPortal } from '../stack/portal.ts'
import { Progress } from '../stack/progress.ts'
import { closingLine, tallyVitest, total, type Tally } from './results.ts'
import { keepTestStack, withTestServices, type TestEnvironment } from './stack.ts'

const root = resolve(import.meta.dirname, '../..')
const reports = join(root, '.vitrine/test/reports')

const [asked, filters] = split(process.argv.slice(2))

/** The steps that were asked for, and what is for Vitest. */
function split(words: string[]): [steps: string[], filters: string[]] {
  const at = words.indexOf('--')
  return at === -1 ? [words, []] : [words.slice(0, at), words.slice(at + 1)]
}

interface Step {
  name: string
  /** Whether it needs the services; those steps run after the others, on one stack. */
  onServices: boolean
  /** The step at whose side it runs, after others that do, when that is asked for too. */
  beside?: string
  run: (env: TestEnvironment | undefined) => Promise<Tally>
}

/** Runs a program with its output shown: as it comes, or all at its end. @returns its exit code */
function run(command: string, args: string[], cwd: string, env: Record<string, string> = {}, atEnd = false): Promise<number> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', atEnd ? 'pipe' : 'inherit', atEnd ? 'pipe' : 'inherit'],
      // Node 24 of the workspace first: what is started by its name must not find another one.
      env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH']}`, ...env },
    })
    let written = ''
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (written += chunk.toString()))
    child.on('error', (error) => {
      console.error(`${command}: ${error.message}`)
      done(127)
    })
    child.on('close', (code, signal) => {
      process.stdout.write(written)
      done(code ?? (signal ? 128 : 1))
    })
  })
}

const npx = (tool: string): string => join(root, 'node_modules/.bin', tool)

/** When a step runs. */
type Place = Partial<Pick<Step, 'onServices' | 'beside'>>

/** A check that says yes or no, by its exit code. */
const check = (name: string, command: string, args: string[], place: Place = {}): Step => ({
  name,
  onServices: false,
  ...place,
  run: async () =>
    (await run(command, args, root, {}, place.beside !== undefined)) === 0
      ? { passed: 1, failed: 0, skipped: 0 }
      : { passed: 0, failed: 1, skipped: 0 },
})

const vitest = (name: string, workspace: string, project: string, place: Place = {}): Step => ({
  name,
  onServices: false,
  ...place,
  run: async (env) => {
    const report = join(reports, `${name}-${process.pid}.json`)
    rmSync(report, { force: true })
    await run(
      npx('vitest'),
      ['run', '--project', project, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...filters],
      join(root, workspace),
      env,
      place.beside !== undefined,
    )
    const tally = tallyVitest(report)
    rmSync(report, { force: true })
    return tally
  },
})

/** Builds as `make up` does, which keeps in mind what was built from which files: the fuzzer does not build it all again. */
async function built(): Promise<Tally> {
  try {
    await buildPortal(new Progress())
    return { passed: 1, failed: 0, skipped: 0 }
  } catch (error) {
    console.error(error)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

/** What keeps the fuzzer from running is a failure, as what it finds. */
async function fuzzed(env: TestEnvironment | undefined): Promise<Tally> {
  try {
    return await fuzz(env ?? {})
  } catch (error) {
    console.error(error)
    return { passed: 0, failed: 1, skipped: 0 }
  }
}

// Who asks for `e2e` alone means all journeys, with what follows `--` as a rule.
const isSplit = asked.length === 0 || asked.includes('e2e-own')

const steps: Step[] = [
  check('lint', npx('eslint'), ['.', '--max-warnings=0']),
  // None of these takes more than one processor.
  check('format', npx('prettier'), ['--check', '--log-level=warn', '.'], { beside: 'lint' }),
  check('imports', npx('depcruise'), ['backend/src', 'frontend/src', 'tools', 'bench', 'e2e', 'examples'], { beside: 'lint' }),
  check('unused', npx('knip'), [], { beside: 'lint' }),
  check('types', 'npm', ['run', '-s', 'types'], { beside: 'lint' }),
  { name: 'build', onServices: false, run: built },
  vitest('tools', '.', 'tools'),
  vitest('small', 'backend', 'small'),
  vitest('contract', 'backend', 'contract'),
  vitest('golden', 'backend', 'golden'),
  vitest('frontend', 'frontend', 'small'),
  vitest('integration', 'backend', 'integration', { onServices: true }),
  // It mostly waits for the cluster, so another runs meanwhile.
  vitest('cluster', 'backend', 'cluster*', { onServices: true, beside: 'integration' }),
  // On a portal and a database of its own, by one request at a time.
  { name: 'fuzz', onServices: true, beside: 'integration', run: fuzzed },
  vitest('e2e', 'e2e', isSplit ? 'e2e' : 'e2e*', { onServices: true }),
  // Journeys on portals of their own: nothing that they do is seen on that of the others.
  vitest('e2e-own', 'e2e', 'e2e-own', { onServices: true, beside: 'e2e' }),
]

if (asked.join() === 'keep') {
  await keepTestStack()
  process.exit(0)
}

const unknown = asked.filter((name) => !steps.some((step) => step.name === name))
if (unknown.length > 0) {
  console.error(`There is no step ${unknown.join(', ')}. Steps: ${steps.map(({ name }) => name).join(', ')}`)
  process.exit(64)
}
const chosen = steps.filter(({ name }) => asked.length === 0 || asked.includes(name))

mkdirSync(reports, { recursive: true })
const results: { name: string; tally: Tally; seconds: number }[] = []

async function take(step: Step, env?: TestEnvironment): Promise<void> {
  console.log(`\n── ${step.name} ${'─'.repeat(Math.max(0, 70 - step.name.length))}`)
  const from = performance.now()
  const tally = await step.run(env)
  results.push({ name: step.name, tally, seconds: (performance.now() - from) / 1000 })
}

/** Takes steps one after the other, each with those at its side, which are taken one after the other too. */
async function takeAll(all: Step[], env?: TestEnvironment): Promise<void> {
  const besides = (name: string) => all.filter(({ beside }) => beside === name)
  const inTurn = async (some: Step[]) => {
    for (const step of some) await take(step, env)
  }
  for (const step of all.filter(({ beside }) => !all.some(({ name }) => name === beside)))
    await Promise.all([take(step, env), inTurn(besides(step.name))])
}

await takeAll(chosen.filter(({ onServices }) => !onServices))

const onServices = chosen.filter((step) => step.onServices)
if (onServices.length > 0) {
  try {
    await withTestServices({ portal: onServices.some(({ name }) => name === 'e2e') }, (env) => takeAll(onServices, env))
  } catch (error) {
    console.error(error)
    results.push({ name: 'services', tally: { passed: 0, failed: 1, skipped: 0 }, seconds: 0 })
  }
}

console.log('')
for (const { name, tally, seconds } of results)
  console.log(`${name.padEnd(12)} ${seconds.toFixed(1).padStart(7)} s   ${closingLine(tally)}`)
const sum = total(results.map(({ tally }) => tally))
console.log('')
// At the very end: who sees no more than the last lines is told what to look for.
for (const { name, tally } of results) for (const line of tally.failures ?? []) console.log(`${name}: ${line}`)
console.log(closingLine(sum))
process.exit(sum.failed > 0 || sum.passed === 0 ? 1 : 0)
