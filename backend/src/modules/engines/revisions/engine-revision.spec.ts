import { describe, expect, it } from 'vitest'
import { makeEngine } from '../../../../test/factories/engines.js'
import type { Engine } from '../engine.js'
import { changesBetween, isConfidential, revisionOf } from './engine-revision.js'

const of = (only: Partial<Engine>) => revisionOf(makeEngine(only))
const at = (day: number): Date => new Date(Date.UTC(2026, 0, day))

describe('what differs between two generations', () => {
  it('is nothing when they say the same', () => expect(changesBetween(of({}), of({}))).toEqual([]))

  it('is told by field, in the order of the form', () => {
    const before = of({
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      command: ['a'],
    })
    const scaling = { ...before.spec.scaling, min: 2, windowSeconds: 60 }
    const after = of({
      image: 'x:2',
      env: [
        { name: 'B', value: '3' },
        { name: 'C', value: '' },
      ],
      scaling,
      pin: 'sha256:1',
    })
    expect(changesBetween(before, after)).toEqual([
      { field: 'image', before: 'registry/app:1', after: 'x:2' },
      { field: 'digest', before: null, after: 'sha256:1' },
      { field: 'command', before: '["a"]', after: null },
      { field: 'env.A', before: '1', after: null },
      { field: 'env.B', before: '2', after: '3' },
      { field: 'env.C', before: null, after: '' },
      { field: 'scaling.min', before: '0', after: '2' },
      { field: 'scaling.windowSeconds', before: null, after: '60' },
    ])
  })

  it('names secrets, and never what they are', () => {
    const secret = (name: string, day: number) => ({ name, sealed: `v1.${name}${day}`, at: at(day) })
    const changes = changesBetween(of({ secrets: [secret('A', 1), secret('B', 1)] }), of({ secrets: [secret('B', 2), secret('C', 2)] }))
    expect(changes).toEqual([
      { field: 'secrets.A', before: 'set', after: null },
      { field: 'secrets.B', before: 'set', after: 'set anew' },
      { field: 'secrets.C', before: null, after: 'set' },
    ])
    expect(JSON.stringify(changes)).not.toContain('v1.')
  })

  it('is not for everyone where it may hold what is confidential', () => {
    expect(['env.A', 'command', 'args', 'image', 'scaling.min'].map((field) => isConfidential({ field, before: '', after: '' }))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })
})
