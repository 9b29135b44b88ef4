import { Inject, Injectable } from '@nestjs/common'
import { can, type ProjectResource, type Subject } from '../../common/policy/policy.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import { isPrivateApp, type Engine, type EnginePhase } from './engine.js'
import { EngineRepository } from './engine.repository.js'

// No quota lets a project have more.
const MOST_APPS = 1_000

/** An app with the project that says who may open it. */
export interface ListedEngine {
  engine: Engine
  project: Project
  /** Whether only people whom the policy lets are to reach it, through the gateway; there always is one then. */
  isPrivate: boolean
}

/** Finds apps, and says who may open them. Reads only: what a process needs that is nothing but the gateway. */
@Injectable()
export class EngineDirectory {
  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'gatewayPort' | 'publicAccess'>,
    private readonly engines: EngineRepository,
    private readonly projects: ProjectsService,
  ) {}

  /** The app at a host, by its first label; null when there is none, or its project is being deleted. */
  async atHost(host: string): Promise<ListedEngine | null> {
    return this.listed(await this.engines.findByHost(host))
  }

  /** The app by its id; null as with {@link atHost}. */
  async withId(id: string): Promise<ListedEngine | null> {
    return this.listed(await this.engines.findById(id))
  }

  /** How the apps of a project are, or of all projects, without previews and those that are being deleted. */
  phases(projectId?: string): Promise<{ projectId: string; phase: EnginePhase }[]> {
    return this.engines.findPhases(projectId)
  }

  /** The apps of a project that are not being deleted, previews included, the oldest first. */
  async ofProject(projectId: string): Promise<Engine[]> {
    const found = await this.engines.search({ projectIds: [projectId], limit: MOST_APPS })
    return found.filter(({ deletedAt }) => deletedAt === null).reverse()
  }

  /** Whether the address of an app of that project is closed to all but those whom the gateway lets through. */
  isPrivate(engine: Pick<Engine, 'access'>, { visibility }: Pick<Project, 'visibility'>): boolean {
    const { gatewayPort, publicAccess } = this.config
    // Where nobody without an account reads anything, what is public is for everyone who has one.
    return gatewayPort !== null && (publicAccess === 'off' || isPrivateApp(engine, visibility))
  }

  /** As {@link isPrivate}, of an app whose project is not at hand. Where there is no project any more it stays closed. */
  async isClosed({ access, projectId }: Pick<Engine, 'access' | 'projectId'>): Promise<boolean> {
    if (this.config.gatewayPort === null) return false
    const project = await this.projects.find(projectId)
    return project === null || this.isPrivate({ access }, project)
  }

  private async listed(engine: Engine | null): Promise<ListedEngine | null> {
    const project = engine && (await this.projects.find(engine.projectId))
    return engine && project ? { engine, project, isPrivate: this.isPrivate(engine, project) } : null
  }
}

/** Whether someone may open the app: who may read its project, or only who has a role there. Pure. */
export const mayOpen = (subject: Subject, { access }: Pick<Engine, 'access'>, project: ProjectResource): boolean =>
  can(subject, 'engine:open', access === 'members' ? { ...project, visibility: 'private' } : project)
