import { readFileSync } from 'node:fs'

/** What a runner reported. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
}

/** The part of Vitest's JSON report (`--reporter=json`) that is counted. */
interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  success: boolean
  testResults: { status: string; name: string; message?: string; assertionResults: unknown[] }[]
}

/**
 * Counts a Vitest report. A file that broke before its tests could run has no failed test in it, and counts as one failure;
 * so does a run that failed for a reason of its own, and a report that is not there.
 */
export function tallyVitest(file: string): Tally {
  let report: VitestReport
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const broken = report.testResults.filter((result) => result.status === 'failed' && result.assertionResults.length === 0).length
  const failed = report.numFailedTests + broken
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

/** The sum of tallies. */
export function total(tallies: Tally[]): Tally {
  const sum = { passed: 0, failed: 0, skipped: 0 }
  for (const tally of tallies) {
    sum.passed += tally.passed
    sum.failed += tally.failed
    sum.skipped += tally.skipped
  }
  return sum
}

/** The closing line that people and CI read. */
export function closingLine({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}
