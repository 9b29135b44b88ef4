/** The phases of an app, derived from what is watched in the cluster. */
export const ENGINE_PHASES = [
  'Pending',
  'Deploying',
  'Running',
  'Idle',
  'Waking',
  'Degraded',
  'Failed',
  'Paused',
  'Missing',
  'Deleting',
] as const
export type EnginePhase = (typeof ENGINE_PHASES)[number]
