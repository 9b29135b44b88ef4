import type { AccessFilter } from '../../common/policy/policy.js'
import type { Project, ProjectChange, ProjectSharing } from './project.js'

/** What a list of projects is searched, narrowed and sorted by. */
export type ListedProject = Omit<Project, 'contacts' | 'links' | 'cover'>

/** Where projects are kept. Nothing that is being deleted is found, except where it says so. */
export abstract class ProjectRepository {
  private readonly listeners: ((project: ListedProject) => void)[] = []

  /** Calls back, before the write is answered, with each project as this process has just stored it; one that is being deleted says so. */
  onWritten(listener: (project: ListedProject) => void): void {
    this.listeners.push(listener)
  }

  /** What an adapter calls after each write. */
  protected written(project: Project): Project {
    for (const listener of this.listeners) listener(project)
    return project
  }

  /** Stores a new project. @returns false when its slug is taken */
  abstract insert(project: Project): Promise<boolean>
  abstract findById(id: string): Promise<Project | null>
  abstract findByIdOrSlug(idOrSlug: string): Promise<Project | null>
  abstract findByIds(ids: string[]): Promise<Project[]>
  /** All, for who keeps a list of its own. */
  abstract findListed(): Promise<ListedProject[]>
  /** Those that were written since then, by whichever process, also those that are being deleted. */
  abstract findListedSince(at: Date): Promise<ListedProject[]>
  /** The ids of all. */
  abstract findAllIds(): Promise<string[]>
  /** Changes it if it is still at `revision`. @returns the changed project, or null when it is not */
  abstract update(id: string, revision: number, change: ProjectChange, at: Date): Promise<Project | null>
  /** Changes who may do what, if it is still at `revision`. @returns the changed project, or null when it is not */
  abstract share(id: string, revision: number, sharing: ProjectSharing, at: Date): Promise<Project | null>
  /** Notes that what belongs to it was changed. @returns the project, or null when it is not there */
  abstract touch(id: string, at: Date): Promise<Project | null>
  /** Notes its newest version, unless there is a newer one. @returns the project, or null when there is, or it is not there */
  abstract publish(id: string, version: number, at: Date): Promise<Project | null>
  /** Notes another newest version in the place of one that is gone. @returns the project, or null when that was not the newest, or it is not there */
  abstract retract(id: string, version: number, latest: { version: number; at: Date } | null, at: Date): Promise<Project | null>
  /** Those of the projects that pass the filter. */
  abstract findIds(ids: string[], access: NonNullable<AccessFilter>): Promise<string[]>
  /** The project also when it is being deleted; null when it is gone. */
  abstract findEvenDeleted(id: string): Promise<Project | null>
  /** The ids of those whose title or slug contains the text, in small letters, or that one of the people owns; at most `limit`. */
  abstract findIdsNamed(text: string, ownerIds: string[], limit: number): Promise<string[]>
  /** How many someone owns, those included that are being deleted. */
  abstract countOwned(ownerId: string): Promise<number>
  /** Marks it for deletion. @returns whether it was there */
  abstract markDeleted(id: string, at: Date): Promise<boolean>
  /** Those whose clean-up has not ended. */
  abstract findDeleted(): Promise<Project[]>
  /** Removes a marked project for good. */
  abstract remove(id: string): Promise<void>
}
