// Runs the benchmarks one after the other: npm run bench [name…]. Ends with 1 when a target was missed or one could not run.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'

const BENCHES = [
  'deploy',
  'log-latency',
  'log-viewers',
  'upload',
  'authorised-list',
  'catalogue',
  'charts',
  'faults',
  'reconcile',
  'gateway',
]
const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !BENCHES.includes(name))
if (unknown.length > 0) {
  console.error(`There is no benchmark ${unknown.join(', ')}. There are: ${BENCHES.join(', ')}`)
  process.exit(64)
}
const missed = BENCHES.filter((name) => asked.length === 0 || asked.includes(name)).filter((name) => {
  console.log(`\n── ${name}`)
  return spawnSync(process.execPath, [join(import.meta.dirname, `${name}.ts`)], { stdio: 'inherit' }).status !== 0
})
if (missed.length > 0) console.log(`\nmissed: ${missed.join(', ')}`)
process.exit(missed.length > 0 ? 1 : 0)
