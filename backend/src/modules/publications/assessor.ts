import { Injectable } from '@nestjs/common'
import type { Project } from '../projects/project.js'
import { checklistOf, passes, type ChecklistItem } from './checklist.js'
import { DraftReader, type Draft } from './draft.reader.js'
import { PublicationPolicyService } from './publication-policy.service.js'

/** What a project shows now, held against the policy. */
export interface Assessment {
  draft: Draft
  checklist: ChecklistItem[]
  /** Whether everything is there that the policy asks for, enforced or not. */
  passed: boolean
}

/** Holds projects against what the admin asks of them, for who has asked whether they may be read. */
@Injectable()
export class Assessor {
  constructor(
    private readonly drafts: DraftReader,
    private readonly policies: PublicationPolicyService,
  ) {}

  async assess(project: Project): Promise<Assessment> {
    const [draft, policy] = await Promise.all([this.drafts.read(project), this.policies.get()])
    const { content, engines } = draft
    const facts = [content, content.card, content.reports, content.datasets, engines] as const
    return { draft, checklist: checklistOf(policy, ...facts), passed: passes(policy, ...facts) }
  }

  /** Whether a project becomes public only by a version that has all that is asked. */
  async isEnforced(): Promise<boolean> {
    return (await this.policies.get()).enforced
  }
}
