import { expect, it } from 'vitest'
import { cpuText, idFrom, memoryText } from './sizes'

it.each([
  ['Large GPU', 'large-gpu'],
  ['  Größe 2: klein! ', 'gro-e-2-klein'],
  ['4 × A100', 'a100'],
  ['写', ''],
  ['a'.repeat(30) + ' b', 'a'.repeat(30)],
])('%s is called %s', (title, id) => {
  expect(idFrom(title)).toBe(id)
})

it('says what a copy is sure to have and what it may use at most, and once where that is the same', () => {
  const size = { cpuMillis: 500, cpuLimitMillis: 2000, memoryMiB: 512, memoryLimitMiB: 2048, ephemeralMiB: 1024, gpus: 0 }
  expect([cpuText(size), memoryText(size)]).toEqual(['0.5–2 cpu', '512 MiB–2 GiB'])
  expect(cpuText({ ...size, cpuMillis: 2000 })).toBe('2 cpu')
})
