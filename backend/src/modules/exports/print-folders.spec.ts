import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { makePrintFolder, removeForsakenFolders } from './print-folders.js'

const parent = mkdtempSync(join(tmpdir(), 'print-folders-'))
afterAll(() => rmSync(parent, { recursive: true, force: true }))

it('leaves what is printed in, and other things, and removes what a killed portal left', async () => {
  const mine = await makePrintFolder(parent)
  // A process that is gone.
  const { pid } = spawnSync(process.execPath, ['--version'])
  const left = join(parent, `vitrine-pdf-${pid}-Ab12Cd`)
  mkdirSync(join(left, 'profile'), { recursive: true })
  writeFileSync(join(left, 'profile', 'lock'), 'x')
  // As in a container that was started again: the same id, another process.
  const before = join(parent, `vitrine-pdf-${process.pid}-Ef34Gh`)
  mkdirSync(before)
  utimesSync(before, 1_000_000_000, 1_000_000_000)
  const running = join(parent, 'vitrine-pdf-1-Ab12Cd')
  mkdirSync(running)
  mkdirSync(join(parent, 'vitrine-pdf-notes'))
  expect((await removeForsakenFolders(parent)).toSorted()).toEqual([basename(left), basename(before)].toSorted())
  expect(existsSync(mine)).toBe(true)
  expect(readdirSync(parent).toSorted()).toEqual([basename(mine), 'vitrine-pdf-1-Ab12Cd', 'vitrine-pdf-notes'].toSorted())
})
