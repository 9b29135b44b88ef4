import type { Tally } from '../test/results.ts'

/** What is counted of schemathesis' JSON report. */
export interface Report {
  /** False when it gave up before the end. */
  complete: boolean
  operations: { selected: number; tested: number; errored: number; skipped: number }
  failures: { title: string; operations: string[] }[]
  errors: { title: string; count: number }[]
}

/**
 * Counts operations: those with a finding, and each kind of error that kept the fuzzer from testing, have failed. So has a run without a report, one that
 * ended before its end, one that left operations out, and one that says so by its exit code alone.
 * @param serverErrors how many different requests were answered with 5xx, as the gate saw it
 */
export function tallyReport(report: Report | null, exitCode: number, serverErrors: number): Tally {
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const { selected, tested, errored } = report.operations
  const found = new Set(report.failures.flatMap(({ operations }) => operations)).size
  const errors = report.errors.reduce((sum, { count }) => sum + count, 0)
  const leftOut = selected - tested
  const failed = Math.max(found, serverErrors) + Math.max(errors, errored) + leftOut
  const ended = report.complete && selected > 0
  return { passed: Math.max(0, tested - found), failed: failed > 0 || (exitCode === 0 && ended) ? failed : 1, skipped: 0 }
}
