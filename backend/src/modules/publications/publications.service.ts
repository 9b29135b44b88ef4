import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { ProjectsService, resourceOf } from '../projects/projects.service.js'
import { SharingService } from '../projects/sharing.service.js'
import { Assessor } from './assessor.js'
import { ProjectVersionDto, type PublicationDto, type PublishDto } from './publications.dto.js'
import { requireUnblocked } from './publicity.js'
import { sameContent } from './version.js'
import { VersionPublisher } from './version.publisher.js'
import { VersionReader } from './version.reader.js'

/** What has to be there before a project is published, and publishing it. */
@Injectable()
export class PublicationsService {
  constructor(
    private readonly projects: ProjectsService,
    private readonly sharing: SharingService,
    private readonly assessor: Assessor,
    private readonly publisher: VersionPublisher,
    private readonly versions: VersionReader,
  ) {}

  /** How a project stands against the policy and against its newest version. */
  async get(auth: AuthContext, projectId: string): Promise<PublicationDto> {
    const project = await this.projects.require(auth, 'project:update', projectId)
    const [{ draft, checklist }, latest] = await Promise.all([this.assessor.assess(project), this.versions.latest(projectId)])
    const version = latest && (await this.versions.read(latest))
    const changed = version?.frozen ? !sameContent(version.frozen, draft.content) : true
    return { checklist, changed, latest: latest?.number ?? null }
  }

  /**
   * Makes a version of what the project shows now.
   * @throws DomainError `publication-blocked` when everyone could read the project then and an enforced policy is not met, `publication-in-progress`,
   * `publication-too-large`
   */
  async publish(auth: AuthContext, projectId: string, { note, visibility }: PublishDto): Promise<ProjectVersionDto> {
    const project = await this.projects.require(auth, 'project:share', projectId)
    const { draft, checklist, passed } = await this.assessor.assess(project)
    if ((visibility ?? project.visibility) === 'public') requireUnblocked(checklist)
    const { id, username, displayName } = auth.user
    const imprint = { author: { id, username, displayName }, owner: draft.owner, note, passed }
    const { head, frozen } = await this.publisher.publish(project, draft.content, imprint)
    auth.trail.change({ resource: resourceOf(project), after: { version: head.number, sha256: head.hash, note } })
    if (visibility !== undefined) await this.show(auth, projectId, visibility)
    return ProjectVersionDto.of(head, frozen, true, { charts: [], datasets: [] })
  }

  /** Again when someone else changed the project in between. */
  private async show(auth: AuthContext, projectId: string, visibility: 'internal' | 'public'): Promise<void> {
    for (;;) {
      const { revision, visibility: present } = await this.projects.require(auth, 'project:share', projectId)
      if (present === visibility) return
      try {
        await this.sharing.setVisibility(auth, projectId, { visibility, revision })
        return
      } catch (error) {
        if (!(error instanceof DomainError && error.code === 'project-revision-conflict')) throw error
      }
    }
  }
}
