import { describe, expect, it } from 'vitest'
import { CreateProjectDto, UpdateProjectDto } from './projects.dto.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { createValidationPipe } from '../../common/validation/validation.pipe.js'

const pipe = createValidationPipe()
const check = async (metatype: new () => object, value: unknown): Promise<unknown> => {
  try {
    return await (pipe.transform(value, { type: 'body', metatype }) as Promise<unknown>)
  } catch (error) {
    if (error instanceof DomainError) return error.errors?.map(({ path }) => path)
    throw error
  }
}

describe('bodies', () => {
  it('get their defaults', async () => {
    expect(await check(CreateProjectDto, { title: 'Iris' })).toEqual({
      title: 'Iris',
      summary: '',
      task: '',
      tags: [],
      visibility: 'internal',
    })
  })

  it.each([
    [{ title: 'x'.repeat(300) }, ['title']],
    [{ title: ' ' }, ['title']],
    [{ title: 'a\u0000b' }, ['title']],
    [{ title: 7 }, ['title']],
    [{ title: null }, ['title']],
    [{ title: 'a', tags: 'x' }, ['tags']],
    [{ title: 'a', tags: ['x', 'x'] }, ['tags']],
    [{ title: 'a', tags: [['x']] }, ['tags']],
    [{ title: 'a', tags: null }, ['tags']],
    [{ title: 'a', task: 'cooking' }, ['task']],
    [{ title: 'a', ownerId: 'me' }, ['ownerId']],
    [{ title: 'a', $set: {} }, ['$set']],
    [{ title: { $gt: '' } }, ['title']],
    [{ summary: 'x'.repeat(501), tags: Array.from({ length: 13 }, (_, i) => `t${i}`) }, ['title', 'summary', 'tags']],
  ])('%j is refused at %j', async (value, paths) => {
    expect(new Set((await check(CreateProjectDto, value)) as string[])).toEqual(new Set(paths))
  })

  it.each([
    [{ revision: '1' }, 'revision'],
    [{ revision: 1.5 }, 'revision'],
    [{ revision: 0 }, 'revision'],
    [{}, 'revision'],
    [{ revision: 1, title: null }, 'title'],
  ])('a change %j is refused at %s', async (value, path) => {
    expect(new Set((await check(UpdateProjectDto, value)) as string[])).toEqual(new Set([path]))
  })
})
