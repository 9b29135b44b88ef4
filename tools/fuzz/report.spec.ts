import { expect, it } from 'vitest'
import { tallyReport, type Report } from './report.ts'

const report = (only: Partial<Report> = {}): Report => ({
  complete: true,
  operations: { selected: 4, tested: 4, errored: 0, skipped: 0 },
  failures: [],
  errors: [],
  ...only,
})

it('counts operations, and those with a finding once', () => {
  expect(tallyReport(report(), 0, 0)).toEqual({ passed: 4, failed: 0, skipped: 0 })
  const failures = [
    { title: 'Undocumented status code', operations: ['GET /a', 'GET /b'] },
    { title: 'Server error', operations: ['GET /a'] },
  ]
  expect(tallyReport(report({ failures }), 1, 1)).toEqual({ passed: 2, failed: 2, skipped: 0 })
})

it('takes for a failure whatever kept it from testing', () => {
  expect(tallyReport(null, 0, 0).failed).toBe(1)
  expect(tallyReport(report(), 2, 0).failed).toBe(1)
  expect(tallyReport(report({ complete: false }), 0, 0).failed).toBe(1)
  expect(tallyReport(report({ errors: [{ title: 'Schema Error', count: 2 }] }), 1, 0).failed).toBe(2)
  expect(tallyReport(report({ operations: { selected: 4, tested: 3, errored: 0, skipped: 1 } }), 0, 0).failed).toBe(1)
  expect(tallyReport(report({ operations: { selected: 0, tested: 0, errored: 0, skipped: 0 } }), 0, 0).failed).toBe(1)
})

it('believes the gate that there was a server error, even when the fuzzer does not say so', () => {
  expect(tallyReport(report(), 0, 2).failed).toBe(2)
})
