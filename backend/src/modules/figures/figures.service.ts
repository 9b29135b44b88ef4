import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { KeyedLock } from '../../common/keyed-lock.js'
import type { Action } from '../../common/policy/actions.js'
import { notThere, withinProject } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { EventBus } from '../events/event-bus.js'
import { UserRepository } from '../iam/users/user.repository.js'
import { ProjectsService } from '../projects/projects.service.js'
import { figureOf, isSameFigure, MAX_FIGURES, type Figure, type FigureContent, type PushedFigure } from './figure.js'
import { FigureRepository } from './figure.repository.js'
import { FigureDto, FigureSpecDto, type FigureListDto } from './figures.dto.js'

// A script that pushes after each epoch changes the project every few seconds; its readers need not read it again as often.
const TOUCH_EVERY_MS = 60_000

/** What a push did: the figure after it, and what it was before; null for a new one. */
interface Pushed {
  before: Figure | null
  figure: Figure
}

/** The use cases of figures. */
@Injectable()
export class FiguresService {
  private readonly lock = new KeyedLock()

  constructor(
    private readonly figures: FigureRepository,
    private readonly projects: ProjectsService,
    private readonly users: UserRepository,
    private readonly bus: EventBus,
  ) {}

  async list(auth: AuthContext, projectId: string): Promise<FigureListDto> {
    await this.projects.require(auth, 'project:read', projectId)
    const figures = await this.figures.findOf(projectId)
    const people = await this.users.mapOf(figures.map(({ updatedBy }) => updatedBy))
    return { items: figures.map((figure) => FigureDto.from(figure, people)) }
  }

  /**
   * Shows this under the name from now on. The last push wins; what is there already is left as it is, with its revision.
   * @throws DomainError `figure-invalid`, `too-many-figures`
   */
  async push(auth: AuthContext, projectId: string, name: string, pushed: PushedFigure): Promise<FigureDto> {
    const project = await this.projects.require(auth, 'project:update', projectId)
    const content = figureOf(name, pushed)
    // One at a time for a project, so that no two new ones are both the last that fits.
    const { before, figure } = await this.lock.run(projectId, () => this.store(auth.user.id, projectId, name, content))
    if (before?.revision === figure.revision) return this.view(figure)
    // The project may have been deleted in between, and its clean-up may not have seen this figure.
    if (!before && !(await this.projects.find(projectId))) {
      await this.figures.removeAllOf(projectId)
      throw new DomainError('project-not-found')
    }
    const { hash, points, revision } = figure
    auth.trail.change({
      resource: resourceOf(figure),
      ...(before ? { before: { revision: before.revision, sha256: before.hash, points: before.points } } : {}),
      after: { projectId, revision, sha256: hash, points },
    })
    this.bus.publish('figure.changed', { projectId, figureId: figure.id, name, revision })
    if (now().getTime() - project.updatedAt.getTime() >= TOUCH_EVERY_MS) await this.projects.touched(projectId)
    return this.view(figure)
  }

  async get(auth: AuthContext, id: string): Promise<FigureDto> {
    return this.view(await this.require(auth, 'project:read', id))
  }

  /** What it draws now. */
  async spec(auth: AuthContext, id: string): Promise<FigureSpecDto> {
    await this.require(auth, 'project:read', id)
    const drawn = await this.figures.findDrawn(id)
    if (!drawn) throw notThere(auth, 'figure-not-found')
    return FigureSpecDto.from(drawn)
  }

  /** Also while charts refer to it: they have what they show themselves. */
  async delete(auth: AuthContext, id: string): Promise<void> {
    const figure = await this.require(auth, 'project:update', id)
    if (!(await this.figures.remove(id, now()))) throw notThere(auth, 'figure-not-found')
    const { projectId, name, revision, hash } = figure
    auth.trail.change({ resource: resourceOf(figure), before: { projectId, revision, sha256: hash } })
    this.bus.publish('figure.changed', { projectId, figureId: id, name, revision: revision + 1 })
    await this.projects.touched(projectId)
  }

  private async store(userId: string, projectId: string, name: string, content: FigureContent): Promise<Pushed> {
    const at = now()
    const before = await this.figures.findNamed(projectId, name)
    if (before) {
      if (isSameFigure(before, content)) return { before, figure: before }
      const figure = await this.figures.replace(before, { ...content, updatedAt: at, updatedBy: userId })
      if (figure) return { before, figure }
    } else {
      if ((await this.figures.count(projectId)) >= MAX_FIGURES) throw new DomainError('too-many-figures', { limit: MAX_FIGURES })
      const figure: Figure & FigureContent = {
        ...content,
        ...{ id: newId(at), projectId, name, revision: 1, createdAt: at, updatedAt: at, updatedBy: userId },
      }
      if (await this.figures.insert(figure)) return { before: null, figure }
    }
    // Somebody else deleted it, or was first, in another process: what is to be done is another thing now.
    return this.store(userId, projectId, name, content)
  }

  private async view(figure: Figure): Promise<FigureDto> {
    return FigureDto.from(figure, await this.users.mapOf([figure.updatedBy]))
  }

  private async require(auth: AuthContext, action: Action, id: string): Promise<Figure> {
    const figure = await this.figures.findById(id)
    if (!figure) throw notThere(auth, 'figure-not-found')
    await withinProject(auth, 'figure-not-found', () => this.projects.require(auth, action, figure.projectId))
    return figure
  }
}

const resourceOf = ({ id, name }: Figure) => ({ type: 'figure', id, name }) as const
