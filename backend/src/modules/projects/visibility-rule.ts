import { Injectable } from '@nestjs/common'
import type { Visibility } from '../../common/policy/actions.js'
import type { Project } from './project.js'

/** Whether a project may become readable by everyone; throws a DomainError when not. @param project null for one that is just being made */
export type PublicityCheck = (project: Project | null) => Promise<void>

/** What has to be true of a project before it becomes public. Other modules know what that is; this one only asks them. */
@Injectable()
export class VisibilityRule {
  private readonly checks: PublicityCheck[] = []

  /** Registers a check, for the life of the process. */
  register(check: PublicityCheck): void {
    this.checks.push(check)
  }

  /** Before a project gets that visibility; what is public already may stay so. @throws DomainError of whichever check refuses */
  async require(project: Project | null, visibility: Visibility): Promise<void> {
    if (visibility !== 'public' || project?.visibility === 'public') return
    for (const check of this.checks) await check(project)
  }
}
