import { Injectable } from '@nestjs/common'
import { ProjectRepository, type ListedProject } from './project.repository.js'

export type { ListedProject } from './project.repository.js'

/** All projects, and what becomes of them: for who keeps a list of its own. Acts for no one; whoever shows any of it asks the policy. */
@Injectable()
export class ProjectFeed {
  constructor(private readonly projects: ProjectRepository) {}

  /** All that are not being deleted. */
  all(): Promise<ListedProject[]> {
    return this.projects.findListed()
  }

  /** Those that any process wrote since then, also those that are being deleted. */
  since(at: Date): Promise<ListedProject[]> {
    return this.projects.findListedSince(at)
  }

  /** The ids of all that are not being deleted. */
  ids(): Promise<string[]> {
    return this.projects.findAllIds()
  }

  /** Calls back with each project that this process has stored, before the one who wrote it is answered. */
  onWritten(listener: (project: ListedProject) => void): void {
    this.projects.onWritten(listener)
  }
}
