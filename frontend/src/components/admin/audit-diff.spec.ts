import { expect, it } from 'vitest'
import { auditDiff } from './audit-diff'

it('tells what was changed, field by field, and leaves out what stayed', () => {
  expect(auditDiff({ role: 'user', state: 'active' }, { role: 'admin', state: 'active' })).toEqual([
    { field: 'role', before: 'user', after: 'admin' },
  ])
})

it('tells everything of what was made and of what went away', () => {
  expect(auditDiff(null, { title: 'Iris', tags: ['a', 'b'] })).toEqual([
    { field: 'title', before: null, after: 'Iris' },
    { field: 'tags', before: null, after: 'a, b' },
  ])
  expect(auditDiff({ title: 'Iris' }, null)).toEqual([{ field: 'title', before: 'Iris', after: null }])
  expect(auditDiff(null, null)).toEqual([])
})

it('goes into nested values, where one may be added and another removed', () => {
  expect(auditDiff({ env: { A: '1', B: '2' }, port: 80 }, { env: { B: '3', C: '4' }, port: 80 })).toEqual([
    { field: 'env.A', before: '1', after: null },
    { field: 'env.B', before: '2', after: '3' },
    { field: 'env.C', before: null, after: '4' },
  ])
})

it('tells an empty text, null, nothing and an empty list apart', () => {
  expect(auditDiff({ a: '', b: null, c: [] }, { a: null, b: '', d: [] })).toEqual([
    { field: 'a', before: '""', after: 'null' },
    { field: 'b', before: 'null', after: '""' },
    { field: 'c', before: '[]', after: null },
    { field: 'd', before: null, after: '[]' },
  ])
})

it('takes an object that became a text for two fields, and loses neither', () => {
  expect(auditDiff({ a: { b: 1 } }, { a: 'x' })).toEqual([
    { field: 'a.b', before: '1', after: null },
    { field: 'a', before: null, after: 'x' },
  ])
})
