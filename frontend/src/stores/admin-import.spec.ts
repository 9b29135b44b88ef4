import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import type { ImportResult, ImportRow } from '../api/admin'
import { csvCell, maxImportBytes, useAdminImportStore } from './admin-import'

const row = (line: number, outcome: ImportRow['outcome'], only: Partial<ImportRow> = {}): ImportRow => ({
  line,
  username: `u${line}`,
  outcome,
  errors: [],
  temporaryPassword: null,
  ...only,
})
const result = (dryRun: boolean, ...rows: ImportRow[]): ImportResult => ({
  dryRun,
  rows,
  summary: {
    create: rows.filter(({ outcome }) => outcome === 'create' || outcome === 'created').length,
    exists: rows.filter(({ outcome }) => outcome === 'exists').length,
    invalid: rows.filter(({ outcome }) => outcome === 'invalid').length,
  },
})
const wrong = row(3, 'invalid', { errors: [{ field: 'groups', message: 'there is no group lab' }] })

let asked: { csv: string; dryRun: boolean }[]
function portal(...answers: (ImportResult | ReturnType<typeof refusal>)[]): void {
  asked = []
  fakePortal({
    'POST /iam/users/import': ({ body }) => {
      asked.push(body as { csv: string; dryRun: boolean })
      const next = answers.shift()
      if (!next) throw new Error('asked too often')
      return 'rows' in next ? { body: next } : next
    },
  })
}

beforeEach(() => setActivePinia(createPinia()))
afterEach(() => vi.unstubAllGlobals())

describe('an import', () => {
  it('imports exactly what was checked, and has the passwords as a file', async () => {
    portal(
      result(true, row(2, 'create'), row(3, 'exists')),
      result(false, row(2, 'created', { temporaryPassword: 'a,b' }), row(3, 'exists')),
    )
    const store = useAdminImportStore()
    store.write('username\nu2\nu3')
    expect([store.step, store.mayImport]).toEqual(['rows', false])
    await store.check()
    expect([store.step, store.mayImport]).toEqual(['checked', true])
    await store.confirm()
    expect([store.step, store.unsaved]).toEqual(['done', true])
    expect(asked).toEqual([
      { csv: 'username\nu2\nu3', dryRun: true },
      { csv: 'username\nu2\nu3', dryRun: false },
    ])
    expect(store.passwordsCsv()).toBe('username,temporary_password\r\nu2,"a,b"\r\n')
  })

  it('does not begin while a row is wrong, or when there is nobody new', async () => {
    portal(result(true, row(2, 'create'), wrong), result(true, row(2, 'exists')))
    const store = useAdminImportStore()
    store.write('x')
    await store.check()
    expect(store.mayImport).toBe(false)
    await store.confirm()
    store.write('y')
    await store.check()
    expect(store.mayImport).toBe(false)
    await store.confirm()
    expect(asked.every(({ dryRun }) => dryRun)).toBe(true)
  })

  it('forgets what was checked as soon as the rows change', async () => {
    portal(result(true, row(2, 'create')))
    const store = useAdminImportStore()
    store.write('x')
    const checking = store.check()
    store.write('y')
    await checking
    expect(store.step).toBe('rows')
  })

  it('checks again when the portal finds wrong rows only in the end', async () => {
    portal(result(true, row(2, 'create')), refusal(422, 'import-invalid'), result(true, wrong))
    const store = useAdminImportStore()
    store.write('x')
    await store.check()
    await store.confirm()
    expect([store.step, store.mayImport, store.problem]).toEqual(['checked', false, null])
    expect(store.checked?.rows).toEqual([wrong])
  })

  it('keeps the rows when the check is refused, and asks nobody for what is empty or too large', async () => {
    portal(refusal(400, 'validation-failed'))
    const store = useAdminImportStore()
    await store.check()
    store.write('é'.repeat(maxImportBytes / 2 + 1))
    expect(store.tooLarge).toBe(true)
    await store.check()
    expect(asked).toEqual([])
    store.write('x')
    await store.check()
    expect([store.step, store.csv, store.problem?.code]).toEqual(['rows', 'x', 'validation-failed'])
  })
})

describe('csvCell', () => {
  it('quotes what has to be quoted and disarms formulas', () => {
    expect(['a', 'a"b', 'a;b', '=1+1', '-x'].map(csvCell)).toEqual(['a', '"a""b"', '"a;b"', "'=1+1", "'-x"])
  })
})
