import { Injectable } from '@nestjs/common'
import { AuditTrail } from '../../common/auth-context/audit-trail.js'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { can } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { toAuthUser } from '../iam/users/user.js'
import { UserRepository } from '../iam/users/user.repository.js'
import type { Project } from '../projects/project.js'
import { ProjectFeed, type ListedProject } from '../projects/project-feed.js'
import { ProjectsService } from '../projects/projects.service.js'
import type { SkipReason } from './bulk-export.js'

/** What whoever began an export may read, asked anew each time: the account may be another one by now. */
@Injectable()
export class ExportAccess {
  constructor(
    private readonly users: UserRepository,
    private readonly projects: ProjectsService,
    private readonly feed: ProjectFeed,
  ) {}

  /** @throws DomainError `task-owner-not-allowed` */
  async of(ownerId: string): Promise<AuthContext> {
    const user = await this.users.findById(ownerId)
    if (user?.state !== 'active') throw new DomainError('task-owner-not-allowed')
    const auth: AuthContext = {
      user: toAuthUser(user),
      ...{ via: 'session', credentialId: '', scope: null, mustChangePassword: user.mustChangePassword },
      ...{ origin: { address: '', userAgent: '' }, trail: new AuditTrail() },
    }
    if (!can(auth, 'export:start')) throw new DomainError('task-owner-not-allowed')
    return auth
  }

  /** All projects, by their age. */
  async all(): Promise<ListedProject[]> {
    return (await this.feed.all()).sort((a, b) => (a.id < b.id ? -1 : 1))
  }

  /** @throws DomainError `project-not-found` */
  read(auth: AuthContext, projectId: string): Promise<Project> {
    return this.projects.require(auth, 'project:read', projectId)
  }

  /** Those that are not deleted. */
  there(ids: string[]): Promise<Set<string>> {
    return this.projects.stillThere(ids)
  }

  /** Why a project was not found. */
  async whyNot(projectId: string): Promise<SkipReason> {
    return (await this.projects.find(projectId)) ? 'project-not-readable' : 'project-deleted'
  }
}
