import type { Deploy, Engine, EngineChange, EnginePhase, EngineStatus } from '../../src/modules/engines/engine.js'
import {
  EngineRepository,
  type Amendment,
  type EngineQuery,
  type Guard,
  type Observation,
} from '../../src/modules/engines/engine.repository.js'
import type { FoundEngine } from '../../src/modules/engines/overview/engine-search.js'

/** Apps in memory, with the rules of the real repository. */
export class MemoryEngineRepository extends EngineRepository {
  readonly engines = new Map<string, Engine>()

  async insert(engine: Engine): Promise<'stored' | 'name-taken' | 'host-taken'> {
    const all = [...this.engines.values()]
    if (all.some(({ projectId, name }) => projectId === engine.projectId && name === engine.name)) return 'name-taken'
    if (all.some(({ host }) => host === engine.host)) return 'host-taken'
    this.engines.set(engine.id, structuredClone(engine))
    return 'stored'
  }

  async findById(id: string): Promise<Engine | null> {
    return structuredClone(this.engines.get(id) ?? null)
  }

  async findByName(projectId: string, name: string): Promise<Engine | null> {
    return structuredClone([...this.engines.values()].find((each) => each.projectId === projectId && each.name === name) ?? null)
  }

  async findByHost(host: string): Promise<Engine | null> {
    return structuredClone([...this.engines.values()].find((each) => each.host === host) ?? null)
  }

  async search({ projectIds, limit }: EngineQuery): Promise<Engine[]> {
    return structuredClone([...this.engines.values()].filter((each) => projectIds.includes(each.projectId)).slice(0, limit + 1))
  }

  async findPhases(projectId?: string): Promise<{ projectId: string; phase: EnginePhase }[]> {
    return [...this.engines.values()]
      .filter((each) => each.deletedAt === null && each.lease === null && (projectId === undefined || each.projectId === projectId))
      .map((each) => ({ projectId: each.projectId, phase: each.status.phase }))
  }

  async projectIds(): Promise<string[]> {
    return [...new Set([...this.engines.values()].map(({ projectId }) => projectId))]
  }

  async findIdsOfProject(projectId: string): Promise<string[]> {
    return [...this.engines.values()].filter((each) => each.projectId === projectId).map(({ id }) => id)
  }

  async findExpired(at: Date): Promise<Engine[]> {
    return structuredClone([...this.engines.values()].filter((each) => isExpired(each, at)))
  }

  async markExpired(id: string, status: EngineStatus, at: Date): Promise<boolean> {
    const engine = this.engines.get(id)
    if (!engine || !isExpired(engine, at)) return false
    Object.assign(engine, { status, deletedAt: at, updatedAt: at, revision: engine.revision + 1 })
    return true
  }

  searchAll(): Promise<FoundEngine[]> {
    return Promise.reject(new Error('only the real repository searches all apps'))
  }

  async countAll(): Promise<number> {
    return this.engines.size
  }

  async countOfProject(projectId: string): Promise<number> {
    return [...this.engines.values()].filter((each) => each.projectId === projectId && !each.deletedAt).length
  }

  async findAllIds(): Promise<string[]> {
    return [...this.engines.keys()]
  }

  async change(
    id: string,
    revision: number | null,
    change: EngineChange,
    { status, deploy }: { status: EngineStatus; deploy: Deploy },
  ): Promise<Engine | null> {
    const engine = this.engines.get(id)
    if (!engine || engine.deletedAt || (revision !== null && engine.revision !== revision)) return null
    const raised = { revision: engine.revision + 1, generation: engine.generation + 1 }
    Object.assign(engine, change, { status, deploy, digest: null, paused: false, updatedAt: deploy.at, ...raised })
    return structuredClone(engine)
  }

  async amend(id: string, change: Amendment, at: Date): Promise<Engine | null> {
    const engine = this.engines.get(id)
    if (!engine || engine.deletedAt) return null
    Object.assign(engine, change, { updatedAt: at, revision: engine.revision + 1 })
    return structuredClone(engine)
  }

  async observe(id: string, { generation, deleting, paused }: Guard, observation: Observation): Promise<boolean> {
    const engine = this.engines.get(id)
    if (engine?.generation !== generation || (engine.deletedAt !== null) !== deleting || engine.paused !== paused) return false
    Object.assign(engine, structuredClone(observation))
    return true
  }

  async markDeleted(id: string, status: EngineStatus, at: Date): Promise<Engine | null> {
    const engine = this.engines.get(id)
    if (engine && !engine.deletedAt) Object.assign(engine, { deletedAt: at, updatedAt: at, status, revision: engine.revision + 1 })
    return structuredClone(engine ?? null)
  }

  async remove(id: string): Promise<void> {
    if (this.engines.get(id)?.deletedAt) this.engines.delete(id)
  }
}

const isExpired = ({ lease, deletedAt }: Engine, at: Date): boolean => lease !== null && lease.expiresAt < at && deletedAt === null
