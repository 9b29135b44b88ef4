import { expect, it } from 'vitest'
import { formatTable } from './status.ts'

it('puts columns under each other, without trailing blanks', () => {
  const rows = [
    { service: 'portal', state: 'running', address: 'http://localhost:8080', since: '12 s', pid: '7', log: 'a.log' },
    { service: 'mongo', state: 'external', address: 'yours', since: '', pid: '', log: '' },
  ]
  expect(formatTable(rows).split('\n')).toEqual([
    'SERVICE  STATE     ADDRESS                FOR   PID  LOG',
    'portal   running   http://localhost:8080  12 s  7    a.log',
    'mongo    external  yours',
  ])
})
