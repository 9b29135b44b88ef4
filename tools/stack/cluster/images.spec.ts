import { expect, it } from 'vitest'
import { tarHeader } from './images.ts'

it('writes a header that tar accepts: size in octal, checksum over blanks', () => {
  const header = tarHeader({ name: 'pause', mode: 0o755 }, 1536)
  expect(header.toString('latin1', 0, 5)).toBe('pause')
  expect(header.toString('latin1', 124, 135)).toBe('00000003000')
  expect(header.toString('latin1', 257, 262)).toBe('ustar')
  const stored = parseInt(header.toString('latin1', 148, 154), 8)
  header.fill(' ', 148, 156)
  expect(stored).toBe(header.reduce((sum, byte) => sum + byte, 0))
})
