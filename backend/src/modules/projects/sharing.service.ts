import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import type { Action, ProjectRole } from '../../common/policy/actions.js'
import type { Member } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { EventBus } from '../events/event-bus.js'
import { Directory } from '../iam/directory/directory.js'
import { MAX_MEMBERS, type Project, type ProjectSharing } from './project.js'
import { ProjectRepository } from './project.repository.js'
import { ProjectsService, resourceOf } from './projects.service.js'
import type { SetVisibilityDto, SharingDto } from './sharing.dto.js'
import { VisibilityRule } from './visibility-rule.js'

/** Who may do what in a project: its visibility, its members, its owner. */
@Injectable()
export class SharingService {
  constructor(
    private readonly projects: ProjectsService,
    private readonly repository: ProjectRepository,
    private readonly directory: Directory,
    private readonly rule: VisibilityRule,
    private readonly bus: EventBus,
  ) {}

  async get(auth: AuthContext, id: string): Promise<SharingDto> {
    return this.toDto(await this.projects.require(auth, 'project:members', id))
  }

  async setMember(auth: AuthContext, id: string, kind: string, memberId: string, role: ProjectRole): Promise<SharingDto> {
    return this.change(auth, 'project:share', id, async (project) => {
      const member: Member = { kind: kindOf(kind), id: memberId, role }
      if (member.kind === 'user' && memberId === project.ownerId) throw new DomainError('owner-is-member')
      if (!(await this.directory.has(member))) throw new DomainError('member-not-found')
      const members = [...without(project.members, member), member]
      if (members.length > MAX_MEMBERS) throw new DomainError('too-many-members', { limit: MAX_MEMBERS })
      return { ...project, members }
    })
  }

  async removeMember(auth: AuthContext, id: string, kind: string, memberId: string): Promise<SharingDto> {
    return this.change(auth, 'project:share', id, async (project) => {
      const members = without(project.members, { kind: kindOf(kind), id: memberId })
      if (members.length === project.members.length) throw new DomainError('member-not-found')
      return { ...project, members }
    })
  }

  async setVisibility(auth: AuthContext, id: string, { visibility, revision }: SetVisibilityDto): Promise<SharingDto> {
    return this.change(auth, 'project:share', id, async (project) => {
      if (project.revision !== revision) throw new DomainError('project-revision-conflict', { sent: revision, current: project.revision })
      await this.rule.require(project, visibility)
      return { ...project, visibility }
    })
  }

  /** The old owner stays as a manager, so that a slip of the hand can be asked back. */
  async transfer(auth: AuthContext, id: string, ownerId: string): Promise<SharingDto> {
    return this.change(auth, 'project:transfer', id, async (project) => {
      if (project.ownerId === ownerId) return project
      if (!(await this.directory.has({ kind: 'user', id: ownerId }))) throw new DomainError('member-not-found')
      const members: Member[] = [
        ...without(without(project.members, { kind: 'user', id: ownerId }), { kind: 'user', id: project.ownerId }),
        { kind: 'user', id: project.ownerId, role: 'manager' },
      ]
      return { ...project, ownerId, members }
    })
  }

  /** Applies a change to what is stored now; again when someone else changed the project in between. */
  private async change(
    auth: AuthContext,
    action: Action,
    id: string,
    apply: (project: Project) => Promise<ProjectSharing>,
  ): Promise<SharingDto> {
    for (;;) {
      const project = await this.projects.require(auth, action, id)
      const { ownerId, visibility, members } = await apply(project)
      const shared = await this.repository.share(id, project.revision, { ownerId, visibility, members }, now())
      if (!shared) continue
      auth.trail.change({ resource: resourceOf(project), before: sharingOf(project), after: sharingOf(shared) })
      this.bus.publish('project.changed', { projectId: id, revision: shared.revision })
      return this.toDto(shared)
    }
  }

  private async toDto({ visibility, ownerId, members, revision }: Project): Promise<SharingDto> {
    const names = await this.directory.namesOf(members)
    return {
      visibility,
      ownerId,
      // Whoever was deleted meanwhile has no name any more, and no right either: nobody is that id.
      members: members.flatMap((member) => {
        const found = names.get(`${member.kind}:${member.id}`)
        return found ? [{ ...member, ...found }] : []
      }),
      revision,
    }
  }
}

const sharingOf = ({ ownerId, visibility, members }: Project): Record<string, unknown> => ({ ownerId, visibility, members })

const without = (members: readonly Member[], { kind, id }: Pick<Member, 'kind' | 'id'>): Member[] =>
  members.filter((member) => member.kind !== kind || member.id !== id)

function kindOf(text: string): Member['kind'] {
  if (text !== 'user' && text !== 'group') throw new DomainError('member-not-found')
  return text
}
