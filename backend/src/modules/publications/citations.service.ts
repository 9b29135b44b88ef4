import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { UserRepository } from '../iam/users/user.repository.js'
import { ProjectsService } from '../projects/projects.service.js'
import { citationOf } from './citation.js'
import type { CitationDto, CitationQuery } from './publications.dto.js'
import { VersionReader } from './version.reader.js'

/** How projects and their versions are cited. */
@Injectable()
export class CitationsService {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'publicUrl'>,
    private readonly projects: ProjectsService,
    private readonly versions: VersionReader,
    private readonly users: UserRepository,
  ) {}

  /** A version, or the newest one; the project as it is where there is none. @throws DomainError `version-not-found`, `version-withdrawn` */
  async cite(auth: AuthContext, projectId: string, { version }: CitationQuery): Promise<CitationDto> {
    const project = await this.projects.require(auth, 'project:read', projectId)
    const page = `${this.config.publicUrl}/p/${project.slug}`
    const head = version === undefined ? await this.versions.latest(projectId) : await this.versions.require(projectId, version)
    if (!head) {
      const owner = await this.users.findById(project.ownerId)
      return citationOf({ ...project, at: project.updatedAt, version: null, url: page, owner: owner?.displayName ?? '' })
    }
    const frozen = await this.versions.requireFrozen(head)
    const { displayName, username } = frozen.owner
    return citationOf({ ...frozen, at: head.at, version: head.number, url: `${page}/v/${head.number}`, owner: displayName || username })
  }
}
