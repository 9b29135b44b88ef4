import type { AccessFilter } from '../../common/policy/policy.js'
import type { Project, ProjectChange, ProjectSharing } from './project.js'

/** Which page of the projects is asked for. */
export interface ProjectQuery {
  /** Only those that the caller may see. */
  access: NonNullable<AccessFilter>
  /** Words that must all occur. */
  text?: string
  task?: string
  ownerId?: string
  /** Only what comes after this one, in the order newest first. */
  after?: { createdAt: Date; id: string }
  limit: number
}

/** Where projects are kept. Nothing that is being deleted is found, except where it says so. */
export abstract class ProjectRepository {
  /** Stores a new project. @returns false when its slug is taken */
  abstract insert(project: Project): Promise<boolean>
  abstract findById(id: string): Promise<Project | null>
  abstract findByIdOrSlug(idOrSlug: string): Promise<Project | null>
  abstract findByIds(ids: string[]): Promise<Project[]>
  /** Newest first; up to `limit + 1`, so that the caller sees whether there are more. */
  abstract search(query: ProjectQuery): Promise<Project[]>
  /** Changes it if it is still at `revision`. @returns the changed project, or null when it is not */
  abstract update(id: string, revision: number, change: ProjectChange, at: Date): Promise<Project | null>
  /** Changes who may do what, if it is still at `revision`. @returns the changed project, or null when it is not */
  abstract share(id: string, revision: number, sharing: ProjectSharing, at: Date): Promise<Project | null>
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
