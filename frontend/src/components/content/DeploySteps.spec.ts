import { afterEach, expect, it, vi } from 'vitest'
import { mountWithApp } from '../../../test/mount'
import DeploySteps from './DeploySteps.vue'

afterEach(() => vi.useRealTimers())

const at = (second: number): string => new Date(Date.UTC(2026, 5, 1, 12, 0, second)).toISOString()
const times = (startedAt: string | null, finishedAt: string | null) => ({ startedAt, finishedAt })

it('tells of each step how it went and how long it took', () => {
  vi.useFakeTimers({ now: Date.parse(at(30)) })
  const steps = mountWithApp(DeploySteps, {
    steps: [
      { name: 'scheduling', state: 'done', ...times(at(0), at(0)) },
      { name: 'pulling', state: 'done', ...times(at(0), at(12)) },
      { name: 'starting', state: 'active', ...times(at(12), null) },
      { name: 'ready', state: 'waiting', ...times(null, null) },
    ],
  })
  expect(steps.findAll('.step__text').map((step) => [...step.element.children].map((part) => part.textContent).join(' '))).toEqual([
    'Scheduling done in under 1 s',
    'Pulling done in 12 s',
    'Starting under way, 18 s',
    'Ready waiting',
  ])
  expect(steps.get('[aria-current=step]').attributes('data-step')).toBe('starting')
  steps.unmount()
})

it('says that a step failed where it is not known when it began', () => {
  const steps = mountWithApp(DeploySteps, { steps: [{ name: 'pulling', state: 'failed', ...times(null, null) }] })
  expect(steps.get('.step__detail').text()).toBe('failed')
  steps.unmount()
})
