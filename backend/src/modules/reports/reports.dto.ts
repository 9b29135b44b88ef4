import { IsString, MaxLength } from 'class-validator'
import { Json, Out, QueryNumber, Revision, Text, WholeNumber, YesNo } from '../../common/validation/fields.js'
import { PersonDto } from '../iam/users/person.dto.js'
import type { User } from '../iam/users/user.js'
import { BlockDiffDto } from '../richtext/diff.dto.js'
import type { RichText } from '../richtext/rich-text.js'
import type { Report, ReportRevision, ReportRevisionSummary, ReportSummary } from './report.js'

/** The most characters of HTML that is imported at once. */
export const MAX_HTML = 15 * 2 ** 20

const CONTENT = 'JSON of the editor (ProseMirror); see docs/reports.md'
/** A content in an answer. */
const ContentOut = (): PropertyDecorator => Out({ type: 'object', additionalProperties: true, description: CONTENT })

export class CreateReportDto {
  @Text({ min: 1, max: 200, pattern: /\S/, message: 'must not be blank', example: 'How it was trained' })
  title: string

  @Json({ optional: true, description: CONTENT })
  content?: Record<string, unknown>
}

export class UpdateReportDto {
  @Revision()
  revision: number

  @Text({ min: 1, max: 200, pattern: /\S/, message: 'must not be blank', optional: true })
  title?: string

  @Json({ optional: true, description: CONTENT })
  content?: Record<string, unknown>

  @YesNo({
    optional: true,
    description: 'keep what the report said before as a revision, whatever its age: before it is replaced as a whole',
  })
  keep: boolean = false

  @WholeNumber({
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    optional: true,
    description: 'the earlier state that is put back: what it shows may be gone from the project meanwhile',
  })
  putBack?: number
}

export class ImportHtmlDto {
  @Out({ maxLength: MAX_HTML, description: 'as it is pasted or read from a file, with pictures in it as data: addresses' })
  @IsString({ message: 'must be a text' })
  @MaxLength(MAX_HTML, { message: `must have at most ${MAX_HTML} characters` })
  html: string
}

export class ReportSummaryDto {
  @Out() id: string
  @Out() projectId: string
  @Out({ example: 'How it was trained' }) title: string
  @Out({ type: 'integer' }) revision: number
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out() author: PersonDto
  @Out() lastEditor: PersonDto
  @Out({ type: 'integer' }) words: number

  static from(report: ReportSummary, people: Map<string, User>): ReportSummaryDto {
    const { id, projectId, title, revision, createdAt, updatedAt, authorId, lastEditorId, words } = report
    return {
      ...{ id, projectId, title, revision, words },
      ...{ createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() },
      ...{ author: PersonDto.of(authorId, people.get(authorId)), lastEditor: PersonDto.of(lastEditorId, people.get(lastEditorId)) },
    }
  }
}

export class ReportListDto {
  @Out({ type: [ReportSummaryDto] }) items: ReportSummaryDto[]
}

export class OutlineEntryDto {
  @Out({ description: 'of the heading in the HTML' }) id: string
  @Out({ type: 'integer', minimum: 2, maximum: 4 }) level: number
  @Out() text: string
}

export class ReportDto extends ReportSummaryDto {
  @ContentOut() content: RichText
  @Out({ type: [OutlineEntryDto] }) outline: OutlineEntryDto[]
  @Out({ type: [PersonDto], description: 'who has it open in the editor; told to those who may write it' }) editors: PersonDto[]

  static of(report: Report, people: Map<string, User>, editorIds: string[]): ReportDto {
    const { content, outline } = report
    return {
      ...ReportSummaryDto.from(report, people),
      ...{ content, outline, editors: editorIds.map((id) => PersonDto.of(id, people.get(id))) },
    }
  }
}

export class ReportHtmlDto {
  @Out({ description: 'made from an allow-list; charts as tables' }) html: string
}

export class ReportRevisionSummaryDto {
  @Out({ type: 'integer', description: 'the revision that the report had' }) number: number
  @Out() title: string
  @Out({ type: 'integer' }) words: number
  @Out({ description: 'who wrote it last' }) editor: PersonDto
  @Out({ format: 'date-time', description: 'when it was written' }) at: string

  static from({ number, title, words, editorId, at }: ReportRevisionSummary, people: Map<string, User>): ReportRevisionSummaryDto {
    return { number, title, words, editor: PersonDto.of(editorId, people.get(editorId)), at: at.toISOString() }
  }
}

export class ReportRevisionListDto {
  @Out({ type: [ReportRevisionSummaryDto] }) items: ReportRevisionSummaryDto[]
}

export class ReportRevisionDto extends ReportRevisionSummaryDto {
  @ContentOut() content: RichText

  static of(revision: ReportRevision, people: Map<string, User>): ReportRevisionDto {
    return { ...ReportRevisionSummaryDto.from(revision, people), content: revision.content }
  }
}

export class ReportRevisionDiffQuery {
  @QueryNumber(1, 'the state to compare with; the present one when left out')
  to?: number
}

export class ReportRevisionDiffDto {
  @Out() from: ReportRevisionSummaryDto
  @Out() to: ReportRevisionSummaryDto
  @Out({ type: [BlockDiffDto] }) blocks: BlockDiffDto[]
}

export class ImportedHtmlDto {
  @ContentOut() content: RichText
  @Out({ type: [String], description: 'what could not be taken over, for people to read' }) dropped: string[]
}
