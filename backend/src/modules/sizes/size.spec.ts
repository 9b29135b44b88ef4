import { plainToInstance } from 'class-transformer'
import { validateSync } from 'class-validator'
import { describe, expect, it } from 'vitest'
import { conflictsOf, resourcesOf } from './resources.js'
import { BUILT_IN_SIZES, inOrder, withSize, type Size } from './size.js'
import { CreateSizeDto } from './sizes.dto.js'

const [small, medium] = BUILT_IN_SIZES as [Size, Size, ...Size[]]

describe('sizes', () => {
  it('the built-in ones are sound, valid as they would be sent, and one is the default', () => {
    for (const size of BUILT_IN_SIZES) {
      const { revision: _, ...sent } = size
      expect(conflictsOf(size)).toEqual([])
      expect(validateSync(plainToInstance(CreateSizeDto, sent), { whitelist: true, forbidNonWhitelisted: true })).toEqual([])
    }
    expect(BUILT_IN_SIZES.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual(['small'])
  })

  it('a new default takes that from the old one, whose revision says so', () => {
    const after = withSize(BUILT_IN_SIZES, { ...medium, isDefault: true, revision: 2 })
    expect(after.filter(({ isDefault }) => isDefault).map(({ id }) => id)).toEqual(['medium'])
    expect(after.find(({ id }) => id === 'small')).toEqual({ ...small, isDefault: false, revision: 2 })
    expect(after).toHaveLength(BUILT_IN_SIZES.length)
  })

  it('are shown by order, then by id', () => {
    expect(inOrder([{ ...small, id: 'b' }, medium, { ...small, id: 'a' }]).map(({ id }) => id)).toEqual(['a', 'b', 'medium'])
  })

  it('a limit is at least what is requested', () => {
    const resources = resourcesOf({ ...small, cpuMillis: 3_000, memoryMiB: 4_096 })
    expect(conflictsOf(resources)).toEqual([
      { path: 'cpuLimitMillis', message: 'must be at least cpuMillis, which is 3000' },
      { path: 'memoryLimitMiB', message: 'must be at least memoryMiB, which is 4096' },
    ])
    expect(conflictsOf(resourcesOf(small))).toEqual([])
  })

  it.each([
    [{ gpus: 0.5 }, 'gpus'],
    [{ gpus: 17 }, 'gpus'],
    [{ gpus: -1 }, 'gpus'],
    [{ cpuMillis: 9 }, 'cpuMillis'],
    [{ cpuLimitMillis: 256_001 }, 'cpuLimitMillis'],
    [{ memoryMiB: 15 }, 'memoryMiB'],
    [{ memoryLimitMiB: 4 * 2 ** 20 + 1 }, 'memoryLimitMiB'],
    [{ ephemeralMiB: 0 }, 'ephemeralMiB'],
    [{ id: 'A' }, 'id'],
    [{ id: '1a' }, 'id'],
    [{ id: 'a'.repeat(32) }, 'id'],
    [{ title: '' }, 'title'],
    [{ title: 'x'.repeat(61) }, 'title'],
    [{ description: 'x'.repeat(201) }, 'description'],
  ])('%j is refused', (wrong, path) => {
    const { revision: _, ...sent } = small
    expect(validateSync(plainToInstance(CreateSizeDto, { ...sent, ...wrong })).map(({ property }) => property)).toEqual([path])
  })
})
