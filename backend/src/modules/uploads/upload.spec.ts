import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { DomainError } from '../../common/problem/domain-error.js'
import { checkParts, combinedEtag, isMadeOf, MAX_PARTS, partSizeFor, planParts } from './upload.js'

const MIB = 2 ** 20
const GIB = 2 ** 30
const TIB = 2 ** 40
const md5 = (text: string) => createHash('md5').update(text).digest('hex')

describe('partSizeFor', () => {
  it.each([
    [0, 16 * MIB],
    [GIB, 16 * MIB],
    [GIB + 1, 64 * MIB],
    [20 * GIB, 64 * MIB],
    [625 * GIB, 64 * MIB],
    [625 * GIB + 1, 65 * MIB],
    [5 * TIB, 525 * MIB],
  ])('of %d bytes is %d', (size, partSize) => {
    expect(partSizeFor(size)).toBe(partSize)
  })
})

describe('planParts', () => {
  it.each([0, 1, 16 * MIB - 1, 16 * MIB, 16 * MIB + 1, GIB, GIB + 1, 20 * GIB, 625 * GIB + 1, 5 * TIB])(
    'covers %d bytes exactly, within the limit of S3',
    (size) => {
      const partSize = partSizeFor(size)
      const plan = planParts(size, partSize)
      expect(plan.length).toBeLessThanOrEqual(MAX_PARTS)
      expect(plan.reduce((sum, part) => sum + part.size, 0)).toBe(size)
      expect(plan.slice(0, -1).every((part) => part.size === partSize)).toBe(true)
      expect(plan.map(({ number }) => number)).toEqual(plan.map((_, i) => i + 1))
    },
  )

  it('is one empty part for an empty file', () => {
    expect(planParts(0, 16 * MIB)).toEqual([{ number: 1, size: 0 }])
  })
})

describe('checkParts', () => {
  const upload = { id: 'u', size: 25, partSize: 10 }
  const stored = [
    { number: 1, etag: 'a', size: 10 },
    { number: 2, etag: 'b', size: 10 },
    { number: 3, etag: 'c', size: 5 },
  ]
  const sent = stored.map(({ number, etag }) => ({ number, etag }))

  const problem = (said: typeof sent, there: typeof stored) => {
    try {
      checkParts(upload, said, there)
    } catch (error) {
      if (error instanceof DomainError) return { code: error.code, parts: error.params['parts'], errors: error.errors }
      throw error
    }
    return null
  }

  it('accepts what was planned, in any order, with quotes or without', () => {
    expect(problem(sent.map((part) => ({ ...part, etag: `"${part.etag}"` })).reverse(), stored)).toBeNull()
  })

  it.each([
    ['a part that was not said', sent.slice(1), stored, 'upload-part-missing', '1'],
    ['parts that did not arrive', sent, stored.slice(0, 1), 'upload-part-missing', '2-3'],
    ['nothing at all', [], [], 'upload-part-missing', '1-3'],
    ['another ETag', sent.map((part) => ({ ...part, etag: part.number === 2 ? 'x' : part.etag })), stored, 'upload-part-mismatch', '2'],
    ['fewer bytes', sent, stored.map((part) => ({ ...part, size: 5 })), 'upload-size-mismatch', undefined],
    ['more bytes', sent, stored.map((part) => ({ ...part, size: 10 })), 'upload-size-mismatch', undefined],
    [
      'as many bytes, cut elsewhere',
      sent,
      stored.map((part, i) => ({ ...part, size: [9, 10, 6][i] ?? 0 })),
      'upload-part-mismatch',
      '1, 3',
    ],
  ])('refuses %s', (_, said, there, code, parts) => {
    expect(problem(said, there)).toMatchObject({ code, parts })
  })

  it('refuses numbers that are not in the plan or come twice', () => {
    const errors = problem([...sent, { number: 4, etag: 'd' }, { number: 2, etag: 'b' }], stored)?.errors
    expect(errors?.map(({ path }) => path)).toEqual(['parts.3.number', 'parts.4.number'])
  })
})

describe('combinedEtag', () => {
  it('is the MD5 of the MD5 sums and their number', () => {
    const sums = [md5('one'), md5('two')]
    const joined = createHash('md5')
      .update(Buffer.from(sums.join(''), 'hex'))
      .digest('hex')
    expect(combinedEtag(sums)).toBe(`${joined}-2`)
    // What S3 answers for one empty part.
    expect(combinedEtag([md5('')])).toBe('59adb24ef3cdbe0297f05b395827453f-1')
  })

  it('is not known when a part has no MD5 sum', () => {
    expect(combinedEtag([md5('one'), 'opaque'])).toBeNull()
  })
})

describe('isMadeOf', () => {
  const parts = [{ number: 1, etag: md5('one') }]
  const etag = combinedEtag([md5('one')]) ?? ''

  it.each([
    ['the object', { etag, size: 3 }, true],
    ['another size', { etag, size: 4 }, false],
    ['other parts', { etag: combinedEtag([md5('two')]) ?? '', size: 3 }, false],
    ['an ETag of another form', { etag: 'opaque', size: 3 }, true],
  ])('says of %s', (_, object, expected) => {
    expect(isMadeOf(object, { size: 3, parts })).toBe(expected)
  })
})
