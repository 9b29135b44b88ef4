import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import type { EnginePhase } from '../engines/engine.js'
import { UserRepository } from '../iam/users/user.repository.js'
import type { Project } from './project.js'
import { ProjectDto } from './projects.dto.js'

/** What is shown with a project that is not its own: what is counted of it, and how its app is. */
export interface ProjectFigures {
  stars: number
  /** Whether the one who asks gave one of them. */
  starred: boolean
  views: number
  /** The phase of the best of its apps; null when it has none. */
  phase: EnginePhase | null
}

/** The figures by project; one that is left out has none. */
export type FiguresSource = (auth: AuthContext, ids: string[]) => Promise<Map<string, ProjectFigures>>

/** Writes projects as they are answered. */
@Injectable()
export class ProjectPresenter {
  private figures: FiguresSource = async () => new Map()

  constructor(private readonly users: UserRepository) {}

  /** Says where the figures come from. */
  useFigures(source: FiguresSource): void {
    this.figures = source
  }

  async one(auth: AuthContext, project: Project): Promise<ProjectDto> {
    const [owner, figures] = await Promise.all([this.users.findById(project.ownerId), this.figures(auth, [project.id])])
    return ProjectDto.from(project, owner ?? undefined, figures.get(project.id), auth)
  }

  async many(auth: AuthContext, projects: Project[]): Promise<ProjectDto[]> {
    const [owners, figures] = await Promise.all([
      this.users.mapOf(projects.map(({ ownerId }) => ownerId)),
      this.figures(
        auth,
        projects.map(({ id }) => id),
      ),
    ])
    return projects.map((project) => ProjectDto.from(project, owners.get(project.ownerId), figures.get(project.id), auth))
  }
}
