import { describe, expect, it } from 'vitest'
import { stageOf, wakeSteps } from './frame'

const fresh = { shown: false, asked: false }

describe('the stage', () => {
  it.each([
    ['Pending', 'off'],
    ['Deploying', 'off'],
    ['Running', 'app'],
    ['Degraded', 'app'],
    ['Waking', 'app'],
    ['Idle', 'asleep'],
    ['Paused', 'off'],
    ['Failed', 'off'],
    ['Missing', 'off'],
    ['Deleting', 'off'],
  ] as const)('of an app that is %s is %s', (phase, stage) => {
    expect(stageOf(phase, fresh)).toBe(stage)
  })

  it('keeps an app that falls asleep, and loads one that someone wants', () => {
    expect(stageOf('Idle', { shown: true, asked: false })).toBe('app')
    expect(stageOf('Idle', { shown: false, asked: true })).toBe('app')
    expect(stageOf('Paused', { shown: true, asked: true })).toBe('off')
  })
})

describe('waking', () => {
  const states = (...args: Parameters<typeof wakeSteps>): string[] => wakeSteps(...args).map(({ state }) => state)

  it('goes from the request over the start to the first answer', () => {
    expect(states('Idle', [])).toEqual(['active', 'waiting', 'waiting'])
    expect(states('Waking', [])).toEqual(['done', 'active', 'waiting'])
    expect(states('Running', [])).toEqual(['done', 'done', 'active'])
  })

  it('says what the cluster is at', () => {
    const times = { startedAt: null, finishedAt: null }
    const steps = [
      { name: 'scheduling', state: 'done', ...times },
      { name: 'pulling', state: 'active', ...times },
    ] as const
    expect(wakeSteps('Waking', steps)[1]).toEqual({ name: 'starting', state: 'active', part: 'pulling' })
    expect(wakeSteps('Running', steps)[1]?.part).toBeNull()
  })
})
