/** Where it is kept who gave a project a star. */
export abstract class StarRepository {
  /** Gives it one; a second one of the same person is the same. */
  abstract add(projectId: string, userId: string, at: Date): Promise<void>
  /** Takes it away; nothing happens where there is none. */
  abstract remove(projectId: string, userId: string): Promise<void>
  /** The projects to which someone gave one. */
  abstract projectsOf(userId: string): Promise<string[]>
  /** Those of the projects to which someone gave one. */
  abstract among(projectIds: readonly string[], userId: string): Promise<string[]>
  abstract countOf(projectId: string): Promise<number>
  /** How many each project has; one without any is left out. */
  abstract counts(): Promise<Map<string, number>>
  abstract removeOf(projectId: string): Promise<void>
}
