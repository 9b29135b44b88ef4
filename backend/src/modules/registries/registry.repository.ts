import type { ProjectRegistries, RegistrySignIn } from './registry.js'

/** Stores what projects sign in to. */
export abstract class RegistryRepository {
  /** What the project signs in to; null while it never did. */
  abstract find(projectId: string): Promise<ProjectRegistries | null>
  /** Stores the first sign-ins of a project. @returns false when there are some already */
  abstract insert(registries: ProjectRegistries): Promise<boolean>
  /** Puts these in the place of what the project has, unless that was changed since. @returns whether it was not */
  abstract replace(projectId: string, revision: number, signIns: RegistrySignIn[]): Promise<boolean>
  abstract remove(projectId: string): Promise<void>
}
