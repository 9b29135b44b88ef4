import { newId } from '../../src/common/ids.js'
import { DEFAULT_HEALTH, DEFAULT_SCALING, FORMER_RESOURCES, FORMER_SIZE } from '../../src/modules/engines/engine-spec.js'
import { hostOf, namespaceOf, pendingStatus, type Engine } from '../../src/modules/engines/engine.js'

/** An app that was just asked for; `only` says what matters. */
export function makeEngine(only: Partial<Engine> = {}): Engine {
  const at = new Date('2026-01-01T00:00:00Z')
  const project = { id: only.projectId ?? newId(), slug: 'iris' }
  const name = only.name ?? 'demo'
  return {
    id: newId(),
    projectId: project.id,
    name,
    image: 'registry/app:1',
    port: 8080,
    command: [],
    args: [],
    env: [],
    size: FORMER_SIZE,
    resources: FORMER_RESOURCES,
    scaling: DEFAULT_SCALING,
    health: DEFAULT_HEALTH,
    access: 'project',
    secrets: [],
    pin: null,
    paused: false,
    lease: null,
    previewOf: null,
    host: hostOf(name, project.slug),
    namespace: namespaceOf('test', project),
    driver: null,
    generation: 1,
    appliedGeneration: 0,
    digest: null,
    status: pendingStatus('', at),
    deploy: { at, by: null, reason: 'created', from: null },
    deletedAt: null,
    createdAt: at,
    updatedAt: at,
    revision: 1,
    ...only,
  }
}
