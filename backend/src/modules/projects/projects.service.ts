import { Injectable } from '@nestjs/common'
import type { Action, AuthContext } from '../../common/auth-context/auth-context.js'
import { requireCan } from '../../common/auth-context/policy.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { decodeCursor, toPage } from '../../common/pagination/pagination.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { EventBus } from '../events/event-bus.js'
import { UserRepository } from '../iam/user.repository.js'
import { slugOf, type Project } from './project.js'
import { ProjectRepository } from './project.repository.js'
import { ProjectDto, type CreateProjectDto, type ProjectListQuery, type ProjectPage, type UpdateProjectDto } from './projects.dto.js'

const SLUG_TRIES = 5

/** The use cases of projects. */
@Injectable()
export class ProjectsService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly users: UserRepository,
    private readonly bus: EventBus,
  ) {}

  async create(auth: AuthContext, dto: CreateProjectDto): Promise<ProjectDto> {
    const at = now()
    const base = slugOf(dto.title)
    for (let attempt = 0; attempt < SLUG_TRIES; attempt++) {
      const id = newId(at)
      const slug = attempt === 0 ? base : `${base}-${id.slice(-6)}`
      const project: Project = { ...dto, id, slug, ownerId: auth.user.id, deletedAt: null, createdAt: at, updatedAt: at, revision: 1 }
      if (await this.projects.insert(project)) {
        this.bus.publish('project.changed', { projectId: id, revision: 1 })
        return this.toDto(project)
      }
    }
    throw new Error(`no free slug for "${base}" in ${SLUG_TRIES} tries`)
  }

  async get(_auth: AuthContext, idOrSlug: string): Promise<ProjectDto> {
    const project = await this.projects.findByIdOrSlug(idOrSlug)
    if (!project) throw new DomainError('project-not-found')
    return this.toDto(project)
  }

  async list(_auth: AuthContext, { q, task, cursor, limit }: ProjectListQuery): Promise<ProjectPage> {
    const found = await this.projects.search({
      ...(q === undefined ? {} : { text: q }),
      ...(task === undefined ? {} : { task }),
      ...(cursor === undefined ? {} : { after: readCursor(cursor) }),
      limit,
    })
    const page = toPage(found, limit, ({ createdAt, id }) => [createdAt.getTime(), id])
    const owners = new Map(
      (await this.users.findByIds([...new Set(page.items.map(({ ownerId }) => ownerId))])).map((user) => [user.id, user]),
    )
    return { items: page.items.map((project) => ProjectDto.from(project, owners.get(project.ownerId))), nextCursor: page.nextCursor }
  }

  async update(auth: AuthContext, id: string, { revision, ...change }: UpdateProjectDto): Promise<ProjectDto> {
    const project = await this.require(auth, 'project:update', id)
    if (project.revision !== revision) throw new DomainError('project-revision-conflict', { sent: revision, current: project.revision })
    const updated = await this.projects.update(id, revision, change, now())
    if (!updated) {
      const current = await this.require(auth, 'project:update', id)
      throw new DomainError('project-revision-conflict', { sent: revision, current: current.revision })
    }
    this.bus.publish('project.changed', { projectId: id, revision: updated.revision })
    return this.toDto(updated)
  }

  /** Hides the project at once; what belongs to it is removed in the background by those who own it. */
  async delete(auth: AuthContext, id: string): Promise<void> {
    await this.require(auth, 'project:delete', id)
    await this.projects.markDeleted(id, now())
    this.bus.publish('project.deleted', { projectId: id })
  }

  /**
   * The project, if the caller may carry out the action on it: what the other modules ask before they touch anything of a project.
   * @throws DomainError `project-not-found` or `not-allowed`
   */
  async require(auth: AuthContext, action: Action, id: string): Promise<Project> {
    const project = await this.projects.findById(id)
    if (!project) throw new DomainError('project-not-found')
    requireCan(auth, action, project)
    return project
  }

  /** The project by its id, for the background work that acts for no one; null when it is gone or being deleted. */
  find(id: string): Promise<Project | null> {
    return this.projects.findById(id)
  }

  private async toDto(project: Project): Promise<ProjectDto> {
    return ProjectDto.from(project, (await this.users.findById(project.ownerId)) ?? undefined)
  }
}

function readCursor(cursor: string): { createdAt: Date; id: string } {
  const [time, id] = decodeCursor(cursor, ['number', 'string'])
  return { createdAt: new Date(Number(time)), id: String(id) }
}
