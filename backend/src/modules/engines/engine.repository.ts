import type { DriverName } from '../../platform/kubernetes/drivers.js'
import type { Deploy, Engine, EngineChange, EnginePhase, EngineStatus } from './engine.js'
import type { EngineFilter, EngineSearch, FoundEngine } from './overview/engine-search.js'

/** Which page of the apps is asked for. */
export interface EngineQuery {
  projectIds: string[]
  /** Only what comes after this one, in the order newest first. */
  after?: { createdAt: Date; id: string }
  limit: number
}

/** What became known of an app. */
export interface Observation {
  status: EngineStatus
  digest: string | null
  appliedGeneration: number
  driver: DriverName | null
}

/** What an app has to be, still, for something to be stored of it. */
export interface Guard {
  generation: number
  deleting: boolean
  paused: boolean
}

/** What may be changed of an app without a new generation. */
export type Amendment = Partial<Pick<Engine, 'paused' | 'lease' | 'pin' | 'status' | 'appliedGeneration'>>

/** Where apps are kept; one that is being deleted is found until it is gone from the cluster. */
export abstract class EngineRepository {
  /** Stores a new app. @returns which of its values is taken: its name in the project, its host, or none */
  abstract insert(engine: Engine): Promise<'stored' | 'name-taken' | 'host-taken'>
  abstract findById(id: string): Promise<Engine | null>
  abstract findByName(projectId: string, name: string): Promise<Engine | null>
  abstract findByHost(host: string): Promise<Engine | null>
  /** Newest first; up to `limit + 1`, so that the caller sees whether there are more. */
  abstract search(query: EngineQuery): Promise<Engine[]>
  /** The apps of all projects, in the order asked for; up to `limit + 1`. */
  abstract searchAll(search: EngineSearch): Promise<FoundEngine[]>
  /** How many apps of all projects pass the filter. */
  abstract countAll(filter: EngineFilter): Promise<number>
  /** How the apps of a project are, or of all projects, without previews and those that are being deleted. */
  abstract findPhases(projectId?: string): Promise<{ projectId: string; phase: EnginePhase }[]>
  /** The projects that have apps. */
  abstract projectIds(): Promise<string[]>
  abstract findIdsOfProject(projectId: string): Promise<string[]>
  abstract findAllIds(): Promise<string[]>
  /** How many apps it has, without those that are being deleted. */
  abstract countOfProject(projectId: string): Promise<number>
  /**
   * Changes what is wanted of an app that is not being deleted: raises revision and generation.
   * @param revision the one that it must still be at; any when null
   * @returns the changed app, or null
   */
  abstract change(
    id: string,
    revision: number | null,
    change: EngineChange,
    made: { status: EngineStatus; deploy: Deploy },
  ): Promise<Engine | null>
  /** Changes an app that is not being deleted, without a new generation: raises its revision. @returns the changed app, or null */
  abstract amend(id: string, change: Amendment, at: Date): Promise<Engine | null>
  /** Stores what became known, if the app is still as the guard says. @returns whether it was stored */
  abstract observe(id: string, guard: Guard, observation: Observation): Promise<boolean>
  /** Marks it for deletion; does nothing when it is marked. @returns the marked app, or null when there is none */
  abstract markDeleted(id: string, status: EngineStatus, at: Date): Promise<Engine | null>
  /** Previews whose lease has run out by then, without those that are being deleted. */
  abstract findExpired(at: Date): Promise<Engine[]>
  /** Marks a preview for deletion if its lease has run out by then, still. @returns whether it was marked now */
  abstract markExpired(id: string, status: EngineStatus, at: Date): Promise<boolean>
  /** Removes a marked app for good. */
  abstract remove(id: string): Promise<void>
}
