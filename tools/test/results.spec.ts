import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { closingLine, tallyVitest, total } from './results.ts'

const folder = mkdtempSync(join(tmpdir(), 'results-'))
afterAll(() => rmSync(folder, { recursive: true }))

const report = (content: object) => {
  const file = join(folder, 'report.json')
  writeFileSync(file, JSON.stringify(content))
  return file
}

describe('tallyVitest', () => {
  it('takes the numbers of the report', () => {
    const file = report({ numPassedTests: 7, numFailedTests: 1, numPendingTests: 2, numTodoTests: 0, success: false, testResults: [] })
    expect(tallyVitest(file)).toEqual({ passed: 7, failed: 1, skipped: 2, failures: [] })
  })

  it('counts a file that broke before its first test as a failure', () => {
    const testResults = [{ status: 'failed', name: '/specs/a.spec.ts', message: 'no such module\nat line 1', assertionResults: [] }]
    const file = report({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, success: false, testResults })
    expect(tallyVitest(file)).toEqual({ passed: 3, failed: 1, skipped: 0, failures: ['a.spec.ts: no such module'] })
  })

  it('counts and names a file whose tests were never begun, since what they need could not be set up', () => {
    const assertionResults = [{ status: 'skipped', title: 'is deployed', failureMessages: [] }]
    const testResults = [{ status: 'failed', name: '/specs/a.spec.ts', message: '', assertionResults }]
    const file = report({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 0, success: false, testResults })
    expect(tallyVitest(file)).toEqual({ passed: 3, failed: 1, skipped: 1, failures: ['a.spec.ts'] })
  })

  it('names each test that failed, with the first line of why', () => {
    const assertionResults = [
      { status: 'passed', title: 'is fine', failureMessages: [] },
      { status: 'failed', title: 'is deployed', failureMessages: ['Timeout: 15 s\n    at page.goto', 'another'] },
      { status: 'failed', title: 'is told', failureMessages: ['x'.repeat(500)] },
    ]
    const testResults = [{ status: 'failed', name: '/specs/a.spec.ts', assertionResults }]
    const file = report({ numPassedTests: 1, numFailedTests: 2, numPendingTests: 0, numTodoTests: 0, success: false, testResults })
    const { failures = [] } = tallyVitest(file)
    expect(failures).toHaveLength(2)
    expect(failures[0]).toBe('a.spec.ts: is deployed: Timeout: 15 s')
    expect(failures[1]).toMatch(/^a\.spec\.ts: is told: x+…$/)
    expect(failures[1]).toHaveLength(160)
  })

  it('counts a run that failed without a failed test, and a missing report, as a failure', () => {
    const file = report({ numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, success: false, testResults: [] })
    expect(tallyVitest(file).failed).toBe(1)
    expect(tallyVitest(join(folder, 'none.json')).failed).toBe(1)
  })
})

it('adds up and says it in one line', () => {
  const sum = total([
    { passed: 2, failed: 0, skipped: 0 },
    { passed: 3, failed: 1, skipped: 0 },
  ])
  expect(closingLine(sum)).toBe('5 passed, 1 failed')
  expect(closingLine({ passed: 1, failed: 0, skipped: 2 })).toBe('1 passed, 0 failed, 2 skipped')
})
