import { parseArgs } from 'node:util'
import { Progress } from '../stack/progress.ts'
import { buildAndPush } from './build.ts'
import { clean } from './sweep.ts'

const usage = `node tools/image/main.ts build <folder> --tag <registry/repository:tag>   build the folder's Containerfile and push it
node tools/image/main.ts clean                                            remove everything that this tool keeps`

async function main(): Promise<number> {
  const { positionals, values } = parseArgs({ allowPositionals: true, options: { tag: { type: 'string' } } })
  const [command, folder, ...rest] = positionals
  if (command === 'clean' && folder === undefined) {
    await clean()
    return 0
  }
  if (command !== 'build' || folder === undefined || rest.length > 0 || values.tag === undefined) {
    process.stderr.write(usage + '\n')
    return 64
  }
  const progress = new Progress()
  const image = await buildAndPush({ context: folder, tag: values.tag, progress })
  const size = `${(image.compressedBytes / 1e6).toFixed(1)} MB to pull`
  const done = `${image.built ? 'built' : 'nothing changed'}, ${image.pushed ? 'pushed' : 'already in the registry'}`
  progress.line(`${image.image}@${image.digest}: ${size}; ${done}`)
  return 0
}

try {
  process.exitCode = await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
}
