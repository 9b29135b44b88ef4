import { Injectable, Logger } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { AssetDirectory } from '../assets/asset-directory.js'
import { EventBus } from '../events/event-bus.js'
import type { Project } from '../projects/project.js'
import { ProjectsService } from '../projects/projects.service.js'
import { canonicalJson, sha256 } from '../../common/canonical-json.js'
import {
  assetsOf,
  chartsOf,
  contentOf,
  MAX_VERSION_BYTES,
  type Author,
  type FrozenVersion,
  type VersionContent,
  type VersionHead,
} from './version.js'
import { VersionRepository } from './version.repository.js'

/** What is begun and not published after so many milliseconds was left by a process that is gone. */
export const PREPARING_MS = 60_000

/** What is said with a version besides what it shows. */
export interface Imprint {
  author: Author
  owner: Author
  note: string
  /** Whether everything is there that the policy asks for. */
  passed: boolean
}

/**
 * Writes versions: the head that claims the number is the intent, then the text is stored, then the head is published, which is what makes a version; last the
 * project learns of it. Killed anywhere, there is a whole version or none, and the sweep does the rest.
 */
@Injectable()
export class VersionPublisher {
  private readonly logger = new Logger('Publications')

  constructor(
    private readonly versions: VersionRepository,
    private readonly assets: AssetDirectory,
    private readonly projects: ProjectsService,
    private readonly bus: EventBus,
  ) {}

  /**
   * Freezes what a project shows.
   * @throws DomainError `publication-in-progress` while another one is being written, `publication-too-large`, `project-not-found` when it was deleted meanwhile
   */
  async publish(project: Project, content: VersionContent, imprint: Imprint): Promise<{ head: VersionHead; frozen: FrozenVersion }> {
    await this.clear(project.id)
    const { author, owner, note, passed } = imprint
    const at = now()
    const number = (await this.versions.lastNumber(project.id)) + 1
    const frozen: FrozenVersion = {
      ...contentOf(content),
      ...{ projectId: project.id, slug: project.slug, number, at: at.toISOString(), author, owner, note },
      charts: chartsOf(content, at),
    }
    const text = canonicalJson(frozen)
    const size = Buffer.byteLength(text)
    if (size > MAX_VERSION_BYTES) throw new DomainError('publication-too-large', { size, limit: MAX_VERSION_BYTES })
    const head: VersionHead = {
      ...{ projectId: project.id, number, contentId: newId(at), state: 'preparing', settled: false, at, author, note, passed },
      hash: sha256(text),
      appDigest: content.apps.find(({ digest }) => digest !== null)?.digest ?? null,
      assets: assetsOf(content),
      withdrawn: null,
    }
    await this.assets.claim(project.id, head.assets)
    await this.store(head, text)
    // The project may have been deleted in between, and its clean-up may not have seen this.
    if (!(await this.projects.find(project.id))) {
      await this.versions.removeOf(project.id)
      throw new DomainError('project-not-found')
    }
    await this.settle(head)
    this.bus.publish('project.published', { projectId: project.id, number })
    return { head, frozen }
  }

  /** Does what follows from a version being there, or being withdrawn; again changes nothing. */
  async settle({ projectId, number }: Pick<VersionHead, 'projectId' | 'number'>): Promise<void> {
    const head = await this.versions.find(projectId, number)
    if (!head) return
    if (head.withdrawn) {
      await this.versions.removeText(head.contentId)
      const latest = await this.versions.findLatest(projectId)
      await this.projects.retracted(projectId, number, latest && { version: latest.number, at: latest.at })
    } else await this.projects.published(projectId, number, head.at)
    // Withdrawn just now: what was done is to be taken back.
    if (!(await this.versions.settle(head))) await this.settle(head)
  }

  /** Removes what never became a version, its text first: while its head is there, it can be found. */
  async giveUp(head: VersionHead): Promise<void> {
    const { projectId, number, contentId } = head
    const marked = await this.versions.markDiscarding(head)
    // Published, or given up by another one before its text was stored: in that case it never will be a version either.
    if (!marked && (await this.versions.find(projectId, number))?.contentId === contentId) return
    await this.versions.removeText(contentId)
    if (marked) await this.versions.discard(head)
  }

  /** Makes room for a new version. @throws DomainError `publication-in-progress` */
  private async clear(projectId: string): Promise<void> {
    const other = await this.versions.findUnpublished(projectId)
    if (!other) return
    const isLive = other.state === 'preparing' && now().getTime() - other.at.getTime() < PREPARING_MS
    if (isLive) throw new DomainError('publication-in-progress')
    await this.giveUp(other)
  }

  private async store(head: VersionHead, text: string): Promise<void> {
    try {
      const claimed = await this.versions.claim(head)
      if (!claimed) throw new DomainError('publication-in-progress')
      await this.versions.putText(head, text)
      // It took so long that another one took it for abandoned.
      if (!(await this.versions.publish(head))) throw new DomainError('publication-in-progress')
    } catch (error) {
      // An answer that was lost may have had its effect: what is published by now stays.
      await this.giveUp(head).catch((failure: unknown) => {
        this.logger.warn({ err: failure, projectId: head.projectId }, 'could not remove a version that was not published; the sweep does')
      })
      throw error
    }
  }
}
