import { now } from '../src/common/clock.js'
import type { Observed } from '../src/modules/engines/drivers/engine-driver.js'
import type { Engine } from '../src/modules/engines/engine.js'
import type { Desired } from '../src/modules/engines/engine.status.js'

/** What the real cluster showed of an app, and what was wanted of it. */
export interface Recording extends Observed {
  at: string
  desired: Omit<Desired, 'status' | 'digest'>
}

// What differs from one recording to the next and tells nothing.
const NOISE =
  /^(?:uid|resourceVersion|containerID|allocatedResources|resources|user|hostIPs?|podIPs?|lastProbeTime|qosClass|lastUpdateTime|pod-template-hash)$|UID$/

const quiet = <T>(value: T): T => JSON.parse(JSON.stringify(value, (key, each: unknown) => (NOISE.test(key) ? undefined : each))) as T

/**
 * Makes a fixture of what is seen of an app, without noise.
 * @param names what is called otherwise in a fixture: texts, and what they become
 */
export function recordingOf(
  { image, port, command, size, resources, health, generation }: Engine,
  { objects, pods, events = [], quota }: Observed,
  names: [from: string | RegExp, to: string][],
): Recording {
  const recording: Recording = {
    at: now().toISOString(),
    desired: { image, port, command, size, resources, health, generation },
    objects: quiet(objects),
    pods: quiet(pods),
    events: events.filter(({ type }) => type === 'Warning'),
    quota: quiet(quota),
  }
  return JSON.parse(names.reduce((text, [from, to]) => text.replaceAll(from, to), JSON.stringify(recording))) as Recording
}

/** The folder that fixtures are to be written to; null when nobody asks for that, by RECORD_DIAGNOSIS. */
export const recordingsFolder = (): string | null => process.env['RECORD_DIAGNOSIS'] || null
