import { readFileSync } from 'node:fs'
import { basename } from 'node:path'

/** What a runner reported. */
export interface Tally {
  passed: number
  failed: number
  skipped: number
  /** What failed, a line each, where the runner names it. */
  failures?: string[]
}

/** The part of Vitest's JSON report (`--reporter=json`) that is counted. */
interface VitestReport {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  success: boolean
  testResults: { status: string; name: string; message?: string; assertionResults: VitestAssertion[] }[]
}

interface VitestAssertion {
  status: string
  title: string
  failureMessages?: string[]
}

const LONGEST_LINE = 160

/** What failed in which file and why, in a line that is short enough to be read among others. */
function failureLine(file: string, title: string, message = ''): string {
  const why = message.split('\n', 1)[0] ?? ''
  const line = [basename(file), title, why].filter((part) => part !== '').join(': ')
  return line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE - 1)}…` : line
}

/**
 * Counts a Vitest report. A file that broke before its tests could run, or in a hook, has no failed test in it, and counts as one failure;
 * so does a run that failed for a reason of its own, and a report that is not there.
 */
export function tallyVitest(file: string): Tally {
  let report: VitestReport
  try {
    report = JSON.parse(readFileSync(file, 'utf8')) as VitestReport
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }
  }
  const hasFailed = ({ status }: { status: string }): boolean => status === 'failed'
  const broken = report.testResults.filter((result) => hasFailed(result) && !result.assertionResults.some(hasFailed))
  const failed = report.numFailedTests + broken.length
  const tests = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.filter(hasFailed).map(({ title, failureMessages }) => failureLine(name, title, failureMessages?.[0])),
  )
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !report.success ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [...broken.map(({ name, message }) => failureLine(name, '', message)), ...tests],
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
