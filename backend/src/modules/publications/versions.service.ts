import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { emptyCard } from '../projects/card/card.js'
import type { Project } from '../projects/project.js'
import { ProjectsService, resourceOf } from '../projects/projects.service.js'
import {
  ProjectVersionDto,
  VersionSummaryDto,
  type VersionDiffDto,
  type VersionDiffQuery,
  type VersionListDto,
} from './publications.dto.js'
import { diffVersions } from './version-diff.js'
import type { FrozenVersion, VersionHead } from './version.js'
import { VersionMoves } from './version-moves.js'
import { VersionPublisher } from './version.publisher.js'
import { VersionReader } from './version.reader.js'
import { VersionRepository } from './version.repository.js'

const MOST_LISTED = 1_000

/** The versions of projects: reading, comparing and withdrawing them. */
@Injectable()
export class VersionsService {
  constructor(
    private readonly projects: ProjectsService,
    private readonly versions: VersionRepository,
    private readonly reader: VersionReader,
    private readonly publisher: VersionPublisher,
    private readonly moves: VersionMoves,
  ) {}

  async list(auth: AuthContext, projectId: string): Promise<VersionListDto> {
    await this.projects.require(auth, 'project:read', projectId)
    return { items: (await this.versions.list(projectId, MOST_LISTED)).map((head) => VersionSummaryDto.from(head)) }
  }

  /** A version as it was published, whether it still is that, and what of its data is another by now. Of a withdrawn one only its number, its date and why. */
  async get(auth: AuthContext, projectId: string, number: string): Promise<ProjectVersionDto> {
    const project = await this.projects.require(auth, 'project:read', projectId)
    return this.toDto(await this.reader.require(projectId, numberOf(number)), project)
  }

  /** @throws DomainError `version-not-found`, `version-withdrawn` */
  async diff(auth: AuthContext, projectId: string, number: string, { from }: VersionDiffQuery): Promise<VersionDiffDto> {
    await this.projects.require(auth, 'project:read', projectId)
    const head = await this.reader.require(projectId, numberOf(number))
    const other = await this.before(head, from)
    const [before, after] = await Promise.all([other && this.reader.requireFrozen(other), this.reader.requireFrozen(head)])
    return diffVersions(before, after)
  }

  /** Takes a version back for good: its text is removed, its files are free to go. Again changes nothing. */
  async withdraw(auth: AuthContext, projectId: string, number: string, reason: string): Promise<ProjectVersionDto> {
    const project = await this.projects.require(auth, 'project:transfer', projectId)
    const before = await this.reader.require(projectId, numberOf(number))
    const { number: version, hash } = before
    if (await this.versions.withdraw(projectId, version, { at: now(), by: auth.user.id, reason }))
      auth.trail.change({ resource: resourceOf(project), before: { version, sha256: hash }, after: { version, withdrawn: reason } })
    await this.publisher.settle(before)
    return this.toDto(await this.reader.require(projectId, version), project)
  }

  /** What a version is compared with; null for nothing at all. */
  private async before({ projectId, number }: VersionHead, from: number | undefined): Promise<VersionHead | null> {
    if (from === undefined) return this.reader.latest(projectId, number)
    return from === 0 ? null : this.reader.require(projectId, from)
  }

  private async toDto(head: VersionHead, project: Project): Promise<ProjectVersionDto> {
    const { frozen, intact } = head.withdrawn ? { frozen: null, intact: true } : await this.reader.read(head)
    return ProjectVersionDto.of(head, frozen ?? nothingOf(head, project), intact, await this.moves.since(frozen, project))
  }
}

/** No version has another number than these. */
const numberOf = (text: string): number => (/^[1-9]\d{0,8}$/.test(text) ? Number(text) : 0)

/** What is shown of a version whose text is gone. */
function nothingOf({ projectId, number, at }: VersionHead, { slug }: Project): FrozenVersion {
  const nobody = { id: '', username: '', displayName: '' }
  return {
    ...{ projectId, slug, number, at: at.toISOString(), author: nobody, owner: nobody, note: '' },
    ...{ title: '', summary: '', task: '', tags: [], frameworks: [], licence: '', contacts: [], links: [], cover: null },
    ...{ card: emptyCard(projectId).texts, reports: [], datasets: [], apps: [], charts: [] },
  }
}
