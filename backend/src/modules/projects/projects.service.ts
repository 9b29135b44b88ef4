import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import type { Action } from '../../common/policy/actions.js'
import { can, filterFor, mayKnow, notThere, requireCan } from '../../common/policy/policy.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { EventBus } from '../events/event-bus.js'
import { UserDeletion } from '../iam/users/user-deletion.js'
import { ProjectCover } from './project-cover.js'
import { isReservedSlug, newProject, slugOf, type Project } from './project.js'
import { ProjectPresenter } from './project.presenter.js'
import { ProjectRepository } from './project.repository.js'
import type { CreateProjectDto, ProjectDto, UpdateProjectDto } from './projects.dto.js'
import { VisibilityRule } from './visibility-rule.js'

const SLUG_TRIES = 5
const MOST_NAMED = 5_000

/** The use cases of projects. */
@Injectable()
export class ProjectsService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly presenter: ProjectPresenter,
    private readonly cover: ProjectCover,
    private readonly rule: VisibilityRule,
    private readonly bus: EventBus,
    deletion: UserDeletion,
  ) {
    deletion.registerCheck('projects', async (userId) => {
      const count = await projects.countOwned(userId)
      if (count > 0) throw new DomainError('user-owns-projects', { count })
    })
  }

  async create(auth: AuthContext, dto: CreateProjectDto): Promise<ProjectDto> {
    await this.rule.require(null, dto.visibility)
    const at = now()
    const base = slugOf(dto.title)
    for (let attempt = 0; attempt < SLUG_TRIES; attempt++) {
      const id = newId(at)
      const slug = attempt === 0 && !isReservedSlug(base) ? base : `${base}-${id.slice(-6)}`
      const project = newProject({ ...dto, id, slug, ownerId: auth.user.id, createdAt: at })
      if (await this.projects.insert(project)) {
        auth.trail.change({ resource: resourceOf(project), after: { ...dto, slug } })
        this.bus.publish('project.changed', { projectId: id, revision: 1 })
        return this.presenter.one(auth, project)
      }
    }
    throw new Error(`no free slug for "${base}" in ${SLUG_TRIES} tries`)
  }

  async get(auth: AuthContext, idOrSlug: string): Promise<ProjectDto> {
    const project = this.check(auth, 'project:read', await this.projects.findByIdOrSlug(idOrSlug))
    return this.presenter.one(auth, project)
  }

  async update(auth: AuthContext, id: string, { revision, ...change }: UpdateProjectDto): Promise<ProjectDto> {
    const project = await this.require(auth, 'project:update', id)
    if (project.revision !== revision) throw new DomainError('project-revision-conflict', { sent: revision, current: project.revision })
    if (change.cover) await this.cover.require(id, change.cover)
    const updated = await this.projects.update(id, revision, change, now())
    if (!updated) {
      const current = await this.require(auth, 'project:update', id)
      throw new DomainError('project-revision-conflict', { sent: revision, current: current.revision })
    }
    auth.trail.change({ resource: resourceOf(project), before: pick(project, change), after: { ...change } })
    this.bus.publish('project.changed', { projectId: id, revision: updated.revision })
    return this.presenter.one(auth, updated)
  }

  /** Hides the project at once; what belongs to it is removed in the background by those who own it. */
  async delete(auth: AuthContext, id: string): Promise<void> {
    const project = await this.require(auth, 'project:delete', id)
    await this.projects.markDeleted(id, now())
    auth.trail.change({ resource: resourceOf(project), before: { title: project.title, ownerId: project.ownerId } })
    this.bus.publish('project.deleted', { projectId: id })
  }

  /**
   * The project, if the caller may carry out the action on it: what the other modules ask before they touch anything of a project.
   * @throws DomainError `project-not-found`, also for a project that the caller may not know of, or `not-allowed`
   */
  async require(auth: AuthContext, action: Action, id: string): Promise<Project> {
    return this.check(auth, action, await this.projects.findById(id))
  }

  /** Notes that what belongs to the project (its card, a report) was changed, which makes it a project changed just now. */
  async touched(id: string): Promise<void> {
    const project = await this.projects.touch(id, now())
    if (project) this.bus.publish('project.changed', { projectId: id, revision: project.revision })
  }

  /** Notes that a version of the project was published; an older one than the newest changes nothing. */
  async published(id: string, version: number, at: Date): Promise<void> {
    const project = await this.projects.publish(id, version, at)
    if (project) this.bus.publish('project.changed', { projectId: id, revision: project.revision })
  }

  /** Notes that a version is not there any more. @param latest the newest that is left, which takes its place where it was the newest; null for none */
  async retracted(id: string, version: number, latest: { version: number; at: Date } | null): Promise<void> {
    const project = await this.projects.retract(id, version, latest, now())
    if (project) this.bus.publish('project.changed', { projectId: id, revision: project.revision })
  }

  /** Those of the projects on which the caller may carry out the action. */
  async allowed(auth: AuthContext, action: Action, ids: string[]): Promise<string[]> {
    const access = filterFor(auth, action)
    return access === null || ids.length === 0 ? [] : this.projects.findIds(ids, access)
  }

  /** Those of the projects that the caller may read, in the order of the ids, and the ids of those that are not there any more. */
  async readable(auth: AuthContext, ids: string[]): Promise<{ projects: Project[]; gone: string[] }> {
    const found = await this.mapOf(ids)
    const projects = ids.flatMap((id) => found.get(id) ?? []).filter((project) => can(auth, 'project:read', project))
    return { projects, gone: ids.filter((id) => !found.has(id)) }
  }

  /** The project by its id, for the background work that acts for no one; null when it is gone or being deleted. */
  find(id: string): Promise<Project | null> {
    return this.projects.findById(id)
  }

  /** The projects with these ids, by id, for those who may see all; what is gone or being deleted is left out. */
  async mapOf(ids: string[]): Promise<Map<string, Project>> {
    const found = ids.length === 0 ? [] : await this.projects.findByIds([...new Set(ids)])
    return new Map(found.map((project) => [project.id, project]))
  }

  /** Those of the ids whose project is there and not being deleted. */
  async stillThere(ids: string[]): Promise<Set<string>> {
    return new Set((await this.mapOf(ids)).keys())
  }

  /** The ids of the projects whose name contains the text, or that one of the people owns, for those who may see all. */
  idsNamed(text: string, ownerIds: string[]): Promise<string[]> {
    return this.projects.findIdsNamed(text, ownerIds, MOST_NAMED)
  }

  /** As {@link find}, but also while it is being deleted: for telling those who could see it. */
  findEvenDeleted(id: string): Promise<Project | null> {
    return this.projects.findEvenDeleted(id)
  }

  private check(auth: AuthContext, action: Action, project: Project | null): Project {
    if (!project || !mayKnow(auth, project)) {
      if (project && !can(auth, action, project)) auth.trail.deny(action, resourceOf(project))
      throw notThere(auth, 'project-not-found')
    }
    requireCan(auth, action, project)
    return project
  }
}

/** The project as the audit log names it. */
export const resourceOf = ({ id, title }: Pick<Project, 'id' | 'title'>) => ({ type: 'project', id, name: title }) as const

const pick = (project: Project, change: object): Record<string, unknown> =>
  Object.fromEntries(Object.keys(change).map((key) => [key, project[key as keyof Project]]))
