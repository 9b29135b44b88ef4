import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { can } from '../../common/policy/policy.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import type { User } from '../iam/users/user.js'
import { UserRepository } from '../iam/users/user.repository.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import type { Engine } from './engine.js'
import { EngineDirectory } from './engine.directory.js'
import { EngineDto } from './engines.dto.js'

/** Apps as they are shown to someone. */
@Injectable()
export class EngineViews {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly directory: EngineDirectory,
    private readonly projects: ProjectsService,
    private readonly users: UserRepository,
  ) {}

  /** One app of that project. */
  async one(auth: AuthContext, engine: Engine, project: Project): Promise<EngineDto> {
    const by = engine.deploy.by?.id
    const deployedBy = by === undefined ? undefined : ((await this.users.findById(by)) ?? undefined)
    return this.view(auth, engine, project, deployedBy)
  }

  /** Apps of projects that the caller may read; one whose project is gone meanwhile is left out. */
  async many(auth: AuthContext, engines: Engine[]): Promise<EngineDto[]> {
    const projects = await this.projects.mapOf(engines.map(({ projectId }) => projectId))
    const users = await this.users.mapOf(engines.flatMap(({ deploy }) => deploy.by?.id ?? []))
    return engines.flatMap((engine) => {
      const project = projects.get(engine.projectId)
      return project ? [this.view(auth, engine, project, users.get(engine.deploy.by?.id ?? ''))] : []
    })
  }

  private view(auth: AuthContext, engine: Engine, project: Project, deployedBy: User | undefined): EngineDto {
    return EngineDto.from(engine, {
      appsUrl: this.config.appsUrl,
      mayUpdate: can(auth, 'engine:update', project),
      isPrivate: this.directory.isPrivate(engine, project),
      deployedBy,
    })
  }
}
