import { Out, OneOf, QueryNumber, Revision, Text, WholeNumber, YesNo } from '../../common/validation/fields.js'
import { PersonDto } from '../iam/users/person.dto.js'
import { CARD_SECTIONS, type CardSection } from '../projects/card/card.js'
import { ContactDto, LinkDto } from '../projects/projects.dto.js'
import { BlockDiffDto } from '../richtext/diff.dto.js'
import type { ChartSource, RichText } from '../richtext/rich-text.js'
import { CHECKLIST_FIELDS, ITEM_STATES, type ChecklistField, type ChecklistItem, type ItemState } from './checklist.js'
import type { Citation } from './citation.js'
import { MAX_LIMITATIONS_WORDS, type PublicationPolicy } from './publication-policy.js'
import { contentOf, MAX_NOTE, MAX_REASON, type FrozenVersion, type Moved, type VersionContent, type VersionHead } from './version.js'
import { DIFF_FIELDS, REPORT_STATES, type DiffField, type ReportState, type VersionDiff } from './version-diff.js'

const RICH_TEXT = { type: 'object', additionalProperties: true, description: 'rich text' } as const

export class ChecklistItemDto implements ChecklistItem {
  @Out({ example: 'licence' }) id: string
  @Out({ enum: ITEM_STATES, description: 'blocking: the project cannot become public, or publish a version while it is' }) state: ItemState
  @Out() title: string
  @Out({ description: 'what to do, or what is fine' }) detail: string
  @Out({
    type: 'object',
    additionalProperties: { oneOf: [{ type: 'string' }, { type: 'number' }] },
    example: { words: 12, wanted: 50 },
    description: 'the figures and names in the detail, for who says it in words of their own',
  })
  params: Record<string, string | number>
  @Out({ enum: [...CHECKLIST_FIELDS, null], type: String, nullable: true, description: 'what of the project mends it' })
  field: ChecklistField | null
}

export class PublicationDto {
  @Out({ type: [ChecklistItemDto] }) checklist: ChecklistItemDto[]
  @Out({ description: 'whether the project shows something else than its newest version' }) changed: boolean
  @Out({ type: 'integer', nullable: true, description: 'the newest version; null before the first' }) latest: number | null
}

export class PublishDto {
  @Text({ max: MAX_NOTE, lines: true, optional: true, description: 'what is new, for whoever compares versions' })
  note: string = ''

  @OneOf(['internal', 'public'], { optional: true, description: 'who can read the project from then on; as before when left out' })
  visibility?: 'internal' | 'public'
}

export class WithdrawDto {
  @Text({ min: 1, max: MAX_REASON, pattern: /\S/, message: 'must not be blank', lines: true })
  reason: string
}

export class WithdrawalDto {
  @Out({ format: 'date-time' }) at: string
  @Out() reason: string
}

export class VersionSummaryDto {
  @Out({ type: 'integer', minimum: 1 }) number: number
  @Out({ format: 'date-time' }) at: string
  @Out({ description: 'as they were called then' }) author: PersonDto
  @Out() note: string
  @Out({ description: 'SHA-256, in hex, of the canonical JSON (RFC 8785) of what is frozen' }) hash: string
  @Out({ type: String, nullable: true, description: 'what the image of its first app was, as in sha256:…' }) appDigest: string | null
  @Out({ type: WithdrawalDto, nullable: true, description: 'of a withdrawn version nothing else is told but its number and date' })
  withdrawn: WithdrawalDto | null

  static from({ number, at, author, note, hash, appDigest, withdrawn }: VersionHead): VersionSummaryDto {
    const common = { number, at: at.toISOString() }
    if (!withdrawn) return { ...common, author, note, hash, appDigest, withdrawn: null }
    const nobody = { id: '', username: '', displayName: '' }
    return {
      ...common,
      author: nobody,
      note: '',
      hash: '',
      appDigest: null,
      withdrawn: { at: withdrawn.at.toISOString(), reason: withdrawn.reason },
    }
  }
}

export class VersionListDto {
  @Out({ type: [VersionSummaryDto], description: 'the newest first' }) items: VersionSummaryDto[]
}

export class FrozenCardDto implements Record<CardSection, RichText | null> {
  @Out({ ...RICH_TEXT, nullable: true }) description: RichText | null
  @Out({ ...RICH_TEXT, nullable: true }) explanation: RichText | null
  @Out({ ...RICH_TEXT, nullable: true }) usage: RichText | null
  @Out({ ...RICH_TEXT, nullable: true }) limitations: RichText | null
  @Out({ ...RICH_TEXT, nullable: true }) performance: RichText | null
}

export class FrozenReportDto {
  @Out() id: string
  @Out() title: string
  @Out(RICH_TEXT) content: RichText
}

export class FrozenDatasetDto {
  @Out() id: string
  @Out() name: string
  @Out({ type: 'integer', description: 'how many' }) files: number
  @Out({ type: 'integer', format: 'int64' }) sizeBytes: number
  @Out({ description: 'SHA-256, in hex, over names, sizes and checksums of its files' }) checksum: string
}

export class FrozenAppDto {
  @Out() name: string
  @Out() image: string
  @Out({ type: String, nullable: true, description: 'what the image was; null where the cluster has not said' }) digest: string | null
}

export class ChartSnapshotDto {
  @Out({ description: 'a section of the card, or the id of a report' }) place: string
  @Out() id: string
  @Out({ type: 'object', additionalProperties: true, description: 'where its numbers came from' }) source: ChartSource
  @Out({ description: 'SHA-256, in hex, of the canonical JSON of what is drawn' }) hash: string
  @Out({ format: 'date-time', description: 'when its data was read' }) snapshot: string
}

export class ChartPlaceDto {
  @Out({ description: 'a section of the card, or the id of a report' }) place: string
  @Out() id: string
}

export class MovedDto implements Moved {
  @Out({ type: [ChartPlaceDto] }) charts: ChartPlaceDto[]
  @Out({ type: [String], description: 'ids of data sets' }) datasets: string[]
}

export class ProjectVersionDto extends VersionSummaryDto implements VersionContent {
  @Out({ description: 'whether what is stored still has the hash that it was published with' }) intact: boolean
  @Out({ description: 'what the project shows from other data by now, or not any more; no part of what is frozen' }) moved: MovedDto
  @Out() projectId: string
  @Out({ description: "part of the project's address" }) slug: string
  @Out({ description: 'who had the project then' }) owner: PersonDto
  @Out() title: string
  @Out() summary: string
  @Out() task: string
  @Out({ type: [String] }) tags: string[]
  @Out({ type: [String] }) frameworks: string[]
  @Out() licence: string
  @Out({ type: [ContactDto] }) contacts: ContactDto[]
  @Out({ type: [LinkDto] }) links: LinkDto[]
  @Out({ type: String, nullable: true, description: 'an asset of the project' }) cover: string | null
  @Out() card: FrozenCardDto
  @Out({ type: [FrozenReportDto] }) reports: FrozenReportDto[]
  @Out({ type: [FrozenDatasetDto] }) datasets: FrozenDatasetDto[]
  @Out({ type: [FrozenAppDto], description: 'those that ran' }) apps: FrozenAppDto[]
  @Out({ type: [ChartSnapshotDto] }) charts: ChartSnapshotDto[]

  static of(head: VersionHead, frozen: FrozenVersion, intact: boolean, moved: Moved): ProjectVersionDto {
    const { projectId, slug, owner, charts } = frozen
    return { ...VersionSummaryDto.from(head), intact, moved, projectId, slug, owner, ...contentOf(frozen), charts }
  }
}

export class VersionFieldDiffDto {
  @Out({ enum: DIFF_FIELDS }) field: DiffField
  @Out({ type: String, nullable: true }) before: string | null
  @Out({ type: String, nullable: true }) after: string | null
}

export class SectionDiffDto {
  @Out({ enum: CARD_SECTIONS }) section: CardSection
  @Out({ type: [BlockDiffDto] }) blocks: BlockDiffDto[]
}

export class ReportDiffDto {
  @Out() id: string
  @Out() title: string
  @Out({ enum: REPORT_STATES }) state: ReportState
  @Out({ type: [BlockDiffDto], description: 'none when it is the same' }) blocks: BlockDiffDto[]
}

export class VersionDiffDto implements VersionDiff {
  @Out({ type: [VersionFieldDiffDto], description: 'those that differ' }) fields: VersionFieldDiffDto[]
  @Out({ type: [SectionDiffDto], description: 'those that differ' }) sections: SectionDiffDto[]
  @Out({ type: [ReportDiffDto] }) reports: ReportDiffDto[]
}

export class VersionDiffQuery {
  @QueryNumber(0, 'the version to compare with; the one before it when left out, 0 for nothing at all')
  from?: number
}

export class CitationQuery {
  @QueryNumber(1, 'the newest when left out')
  version?: number
}

export class CitationDto implements Citation {
  @Out({ description: 'an entry for BibTeX' }) bibtex: string
  @Out({ description: 'the content of a CITATION.cff, version 1.2.0' }) cff: string
  @Out({ description: 'one line, as the APA has it' }) text: string
}

export class PublicationPolicyDto implements PublicationPolicy {
  @YesNo() requireLicence: boolean
  @WholeNumber({ min: 0, max: MAX_LIMITATIONS_WORDS, description: 'that the section about limitations has to have; 0 asks for none' })
  minLimitationsWords: number
  @YesNo({ description: 'with at least one file' }) requireDataset: boolean
  @YesNo({ description: 'an app that has been ready' }) requireAppReady: boolean
  @YesNo({ description: 'whether an environment with values that look like secrets is refused' }) refuseSecretLookingEnv: boolean
  @YesNo({ description: 'whether a project becomes public only by a version that has all of this; otherwise it is advice' })
  enforced: boolean
  @Revision() revision: number
}
