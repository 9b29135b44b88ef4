import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { UserDeletion } from '../iam/users/user-deletion.js'
import { ProjectsService } from '../projects/projects.service.js'
import type { Figures } from './catalogue-entry.js'
import { CatalogueIndex } from './catalogue-index.js'
import type { StarDto } from './catalogue.dto.js'
import { FiguresRepository } from './figures.repository.js'
import { StarRepository } from './star.repository.js'

/** Who likes what. The stars themselves are the truth; how many a project has is counted anew with each change. */
@Injectable()
export class StarsService {
  constructor(
    private readonly stars: StarRepository,
    private readonly figures: FiguresRepository,
    private readonly projects: ProjectsService,
    private readonly index: CatalogueIndex,
    deletion: UserDeletion,
  ) {
    deletion.registerCleaner('stars', (userId) => this.removeAllOf(userId))
  }

  async add(auth: AuthContext, projectId: string): Promise<StarDto> {
    await this.projects.require(auth, 'project:star', projectId)
    await this.stars.add(projectId, auth.user.id, now())
    // Deleted in between: its clean-up may not have seen this star.
    if (!(await this.projects.find(projectId))) {
      await this.stars.removeOf(projectId)
      await this.projects.require(auth, 'project:star', projectId)
    }
    return { stars: (await this.recount(projectId)).stars, starred: true }
  }

  async remove(auth: AuthContext, projectId: string): Promise<StarDto> {
    await this.projects.require(auth, 'project:star', projectId)
    await this.stars.remove(projectId, auth.user.id)
    return { stars: (await this.recount(projectId)).stars, starred: false }
  }

  /** All projects to which the caller gave a star. */
  async of(auth: AuthContext): Promise<Set<string>> {
    return new Set(auth.via === 'anonymous' ? [] : await this.stars.projectsOf(auth.user.id))
  }

  /** Those of the projects to which the caller gave a star. */
  async among(auth: AuthContext, ids: readonly string[]): Promise<Set<string>> {
    return new Set(auth.via === 'anonymous' || ids.length === 0 ? [] : await this.stars.among(ids, auth.user.id))
  }

  /** Counts anew where a crash came between a star and its count. */
  async repair(): Promise<void> {
    const counts = await this.stars.counts()
    for (const [id, { stars }] of await this.figures.all()) {
      if ((counts.get(id) ?? 0) !== stars) await this.recount(id)
      counts.delete(id)
    }
    for (const id of counts.keys()) await this.recount(id)
  }

  /** Whoever counts last has seen all stars: what was counted on an older count than the stored one is not stored, but counted again. */
  private async recount(projectId: string): Promise<Figures> {
    for (;;) {
      const { revision } = await this.figures.find(projectId)
      const counted = await this.figures.setStars(projectId, revision, await this.stars.countOf(projectId), now())
      if (!counted) continue
      this.index.setFigures(projectId, counted)
      return counted
    }
  }

  private async removeAllOf(userId: string): Promise<void> {
    for (const projectId of await this.stars.projectsOf(userId)) {
      await this.stars.remove(projectId, userId)
      await this.recount(projectId)
    }
  }
}
