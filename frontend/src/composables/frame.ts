import type { EnginePhase, EngineStep } from '../components/models'

/** What stands where the app is shown. */
export type Stage = 'app' | 'asleep' | 'off'

/**
 * What the frame shows. An app that sleeps is loaded only when someone asks, since loading is what wakes it; one that was shown stays
 * through sleep and waking: what one typed into it is not thrown away.
 */
export function stageOf(phase: EnginePhase, was: { shown: boolean; asked: boolean }): Stage {
  if (phase === 'Running' || phase === 'Degraded' || phase === 'Waking') return 'app'
  if (phase === 'Idle') return was.shown || was.asked ? 'app' : 'asleep'
  return 'off'
}

export interface WakeStep {
  name: 'asked' | 'starting' | 'answering'
  state: 'done' | 'active' | 'waiting'
  /** What of the start the cluster is at, where it says so. */
  part: EngineStep['name'] | null
}

/** How the first answer of an app comes about, from what is known of the cluster alone. */
export function wakeSteps(phase: EnginePhase, steps: readonly EngineStep[]): WakeStep[] {
  const runs = phase === 'Running' || phase === 'Degraded'
  const started = runs ? 'done' : phase === 'Waking' ? 'active' : 'waiting'
  const part = phase === 'Waking' ? (steps.find(({ state }) => state === 'active')?.name ?? null) : null
  return [
    { name: 'asked', state: phase === 'Idle' ? 'active' : 'done', part: null },
    { name: 'starting', state: started, part },
    { name: 'answering', state: runs ? 'active' : 'waiting', part: null },
  ]
}
