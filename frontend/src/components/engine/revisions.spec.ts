import { expect, it } from 'vitest'
import { makeRevision } from '../../../test/make'
import { changesBack, shortDigest } from './revisions'

const change = (field: string, before: string | null, after: string | null) => ({ field, before, after })
const revisions = [
  makeRevision({ generation: 4, changes: [change('port', '80', '81'), change('env.B', null, '1')] }),
  makeRevision({ generation: 3, changes: [change('port', '79', '80'), change('image', 'app:1', 'app:2')] }),
  makeRevision({ generation: 2, changes: [change('image', 'app:2', 'app:1'), change('env.A', '1', null)] }),
  makeRevision({ generation: 1, changes: [] }),
]

it('tells the way back over all that came since', () => {
  expect(changesBack(revisions, 2)).toEqual([change('port', '81', '79'), change('env.B', '1', null), change('image', 'app:2', 'app:1')])
})

it('leaves out what has gone forth and back by itself', () => {
  expect(changesBack(revisions, 1)).toEqual([change('port', '81', '79'), change('env.B', '1', null), change('env.A', null, '1')])
  expect(changesBack(revisions, 4)).toEqual([])
})

it('shortens a digest', () => {
  expect(shortDigest(`sha256:${'0123456789abcdef'.repeat(4)}`)).toBe('sha256:0123456789ab')
})
