import type { EnginePhase } from '../components/models'

/** How a phase reads at a glance. */
export type Tone = 'ok' | 'busy' | 'warn' | 'danger' | 'quiet'

const tones: Record<EnginePhase, Tone> = {
  Pending: 'busy',
  Deploying: 'busy',
  Running: 'ok',
  Idle: 'quiet',
  Waking: 'busy',
  Degraded: 'warn',
  Failed: 'danger',
  Paused: 'quiet',
  Missing: 'danger',
  Deleting: 'quiet',
}

export function toneOf(phase: EnginePhase): Tone {
  return tones[phase]
}

/** Whether an app is on its way to another phase by itself. */
export function isMoving(phase: EnginePhase): boolean {
  return tones[phase] === 'busy' || phase === 'Deleting'
}
