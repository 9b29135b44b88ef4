import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { BROKEN_APPS, type BrokenApp, type Runner } from '../../../test/factories/broken-apps.js'
import type { Recording } from '../../../test/recording.js'
import { knativeDriver } from './drivers/knative.driver.js'
import { gatewayDriver } from './drivers/deployment.driver.js'
import { pendingStatus, type EngineStatus } from './engine.js'
import { sameStatus, type Derived } from './engine.status.js'

const FOLDER = join(import.meta.dirname, 'fixtures/recorded')
const DRIVERS = { knative: knativeDriver, deployment: gatewayDriver }
const RUNNERS = Object.keys(DRIVERS) as Runner[]

const recording = (runner: Runner, name: string): Recording => {
  const read = JSON.parse(readFileSync(join(FOLDER, runner, `${name}.json`), 'utf8')) as Recording
  return { ...read, events: (read.events ?? []).map((event) => ({ ...event, at: new Date(event.at) })) }
}
const derive = (runner: Runner, { at, desired, ...seen }: Recording, status?: EngineStatus, later = 0): Derived => {
  const time = new Date(Date.parse(at) + later)
  return DRIVERS[runner].derive({ ...desired, digest: null, status: status ?? pendingStatus('', time) }, seen, time)
}
const appsOf = (runner: Runner): BrokenApp[] => BROKEN_APPS.filter(({ only = runner }) => only === runner)

describe.each(RUNNERS)('what the real cluster showed of broken apps, by %s', (runner) => {
  it('is recorded of each', () => {
    expect(readdirSync(join(FOLDER, runner)).sort()).toEqual(
      appsOf(runner)
        .map(({ name }) => `${name}.json`)
        .sort(),
    )
  })

  it.each(appsOf(runner).map((app) => [app.name, app] as const))(
    '%s: says why, and what helps',
    (name, { code, field, evidence, fix = /./ }) => {
      const { status } = derive(runner, recording(runner, name))
      // Whether it had run for a moment before it failed is chance.
      expect(status, JSON.stringify(status)).toMatchObject({
        phase: expect.stringMatching(/^(?:Failed|Degraded)$/) as string,
        cause: { code, field },
      })
      expect(status.cause?.evidence).toMatch(evidence)
      expect(status.cause?.fix).toMatch(fix)
      expect(`${status.message} ${status.cause?.title} ${status.cause?.fix}`, 'every placeholder is filled').not.toMatch(/\{\w+\}/)
      expect(status.steps.map(({ state }) => state).join(' '), 'the steps up to that at which it is stuck').toMatch(
        /^(?:done |waiting )*failed(?: waiting)*$/,
      )
    },
  )

  it.each(appsOf(runner).map(({ name }) => name))('%s: says the same a minute later', (name) => {
    const seen = recording(runner, name)
    const first = derive(runner, seen).status
    expect(sameStatus(first, derive(runner, seen, first, 60_000).status)).toBe(true)
  })
})

describe('without events, which a cluster keeps for an hour', () => {
  const events: Recording['events'] = []

  it.each(RUNNERS)('a health check that fails is known to take too long, until they are read (%s)', (runner) => {
    const seen = recording(runner, 'unwell')
    expect(derive(runner, { ...seen, events }).status.cause).toMatchObject({ code: 'start-timeout', field: 'health' })
    const known = derive(runner, seen).status
    expect(derive(runner, { ...seen, events }, known).status.cause, 'and stays known').toEqual(known.cause)
  })
})
