import { Injectable, Logger } from '@nestjs/common'
import { DomainError } from '../../common/problem/domain-error.js'
import { sha256 } from '../../common/canonical-json.js'
import type { FrozenVersion, VersionHead } from './version.js'
import { VersionRepository } from './version.repository.js'

/** A version's frozen text as it is stored; null where it cannot be read any more. */
export interface ReadVersion {
  frozen: FrozenVersion | null
  /** Whether it has the hash that it was published with. */
  intact: boolean
}

/** Reads versions, and tells when one is not what was published. */
@Injectable()
export class VersionReader {
  private readonly logger = new Logger('Publications')

  constructor(private readonly versions: VersionRepository) {}

  /** The newest of a project that was not withdrawn. @param before only those before that number */
  latest(projectId: string, before?: number): Promise<VersionHead | null> {
    return this.versions.findLatest(projectId, before)
  }

  /** @throws DomainError `version-not-found` */
  async require(projectId: string, number: number): Promise<VersionHead> {
    const head = await this.versions.find(projectId, number)
    if (!head) throw new DomainError('version-not-found', { number })
    return head
  }

  /** What a version froze. @throws DomainError `version-withdrawn` */
  async requireFrozen(head: VersionHead): Promise<FrozenVersion> {
    if (head.withdrawn) throw new DomainError('version-withdrawn', { number: head.number, reason: head.withdrawn.reason })
    const { frozen } = await this.read(head)
    if (!frozen) throw new Error(`the text of version ${head.number} of ${head.projectId} is lost`)
    return frozen
  }

  async read({ projectId, number, contentId, hash }: VersionHead): Promise<ReadVersion> {
    const text = await this.versions.findText(contentId)
    const intact = text !== null && sha256(text) === hash
    if (!intact) this.logger.error({ projectId, number }, 'a published version is not what was published')
    return { frozen: text === null ? null : parsed(text), intact }
  }
}

/** Only the portal writes these texts; one that someone else has changed may be anything. */
function parsed(text: string): FrozenVersion | null {
  try {
    return JSON.parse(text) as FrozenVersion
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
