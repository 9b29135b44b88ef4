import { Injectable } from '@nestjs/common'
import { DomainError } from '../../common/problem/domain-error.js'
import type { Project } from '../projects/project.js'
import { VisibilityRule } from '../projects/visibility-rule.js'
import { Assessor } from './assessor.js'
import type { ChecklistItem } from './checklist.js'
import { VersionReader } from './version.reader.js'

/** Keeps a project from becoming public, by whatever way, before its newest version has all that an enforced policy asks for. */
@Injectable()
export class Publicity {
  constructor(
    rule: VisibilityRule,
    private readonly assessor: Assessor,
    private readonly versions: VersionReader,
  ) {
    rule.register((project) => this.require(project))
  }

  /** @throws DomainError `publication-blocked` */
  private async require(project: Project | null): Promise<void> {
    if (!(await this.assessor.isEnforced())) return
    const latest = project && (await this.versions.latest(project.id))
    if (latest?.passed) return
    if (project) requireUnblocked((await this.assessor.assess(project)).checklist)
    throw blockedBy([{ path: 'publication', message: 'Publish a version of it first. That can make it public as well.' }])
  }
}

/** @throws DomainError `publication-blocked` with what stands in the way */
export function requireUnblocked(checklist: readonly ChecklistItem[]): void {
  const blocking = checklist.filter(({ state }) => state === 'blocking')
  if (blocking.length > 0) throw blockedBy(blocking.map(({ id, title, detail }) => ({ path: id, message: `${title}: ${detail}` })))
}

const blockedBy = (errors: { path: string; message: string }[]): DomainError => new DomainError('publication-blocked', {}, { errors })
