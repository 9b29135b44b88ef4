// Fuzzes the API: `npm run fuzz`, or with seconds for each run and the runs to make: `npm run fuzz -- 600 user admin`. See README.md.
import { withTestServices } from '../test/stack.ts'
import { closingLine } from '../test/results.ts'
import { fuzz, type FuzzOptions } from './fuzz.ts'

const words = process.argv.slice(2)
const seconds = words.find((word) => /^\d+$/.test(word))
const seed = words.find((word) => word.startsWith('--seed='))
const only = words.filter((word) => /^[a-z]/.test(word))
const options: FuzzOptions = {
  ...(seconds === undefined ? {} : { seconds: Number(seconds) }),
  ...(seed === undefined ? {} : { seed: Number(seed.slice('--seed='.length)) }),
  ...(only.length === 0 ? {} : { only }),
}
await withTestServices({ portal: false }, async (environment) => {
  const tally = await fuzz(environment, options)
  console.log(`\n${closingLine(tally)}`)
  process.exitCode = tally.failed > 0 || tally.passed === 0 ? 1 : 0
})
