import type { WatchedContainer, WatchedPod } from '../../platform/kubernetes/pod-feed.js'
import { timeText, type LoggedContainer, type MarkerEntry } from './log-entry.js'
import type { ContainerRun } from './log-segment.js'

// Ended by a signal that asked for it: SIGTERM and SIGKILL, as every pod that is taken away ends.
const ASKED_TO_END = new Set([0, 137, 143])

/**
 * What is to be said of a container that is as it is now, when `known` was said already: that its runs began and how they ended. Of runs that came and
 * went in between, Kubernetes remembers only the last. Pure.
 */
export function markersOf(
  from: LoggedContainer,
  { uid, deleted }: WatchedPod,
  container: WatchedContainer,
  known: ContainerRun | undefined,
  at: Date,
): MarkerEntry[] {
  const { name, restartCount, started, startedAt, finishedAt, lastEnd } = container
  const markers: MarkerEntry[] = []
  const say = (what: MarkerEntry['what'], run: number, time: Date | null, message: string): void => {
    markers.push({ kind: 'marker', ts: timeText(time ?? at), uid: `${uid}/${name}/${run}/${what}`, what, from, run, message })
  }
  // While the container runs or has yet to start, the end that is known is that of the run before.
  const running = started && finishedAt === null
  const endedRun = running ? restartCount - 1 : restartCount
  if (lastEnd && endedRun >= 0 && !(known && (known.run > endedRun || (known.run === endedRun && known.ended)))) {
    const crashed = lastEnd.reason === 'OOMKilled' || (!deleted && lastEnd.exitCode !== 0) || !ASKED_TO_END.has(lastEnd.exitCode)
    if (!running && !(known && known.run === endedRun)) say('started', endedRun, startedAt, startMessage(endedRun))
    say(crashed ? 'crashed' : 'ended', endedRun, lastEnd.at, endMessage(lastEnd))
  }
  if (running && !(known && known.run >= restartCount)) say('started', restartCount, startedAt, startMessage(restartCount))
  return markers
}

/** Says that no pod is there any more. @param key of the container that was the last */
export const zeroMarker = (key: string, at: Date): MarkerEntry => ({
  kind: 'marker',
  ts: timeText(at),
  uid: `${key}/zero`,
  what: 'zero',
  from: null,
  run: 0,
  message: 'No pod is running any more.',
})

const startMessage = (run: number): string => (run === 0 ? 'The container started.' : `The container started again: restart ${run}.`)

function endMessage({ exitCode, reason }: NonNullable<WatchedContainer['lastEnd']>): string {
  const why = reason && reason !== 'Error' && reason !== 'Completed' ? `${reason}, exit code ${exitCode}` : `exit code ${exitCode}`
  return `The container ended: ${why}.`
}
