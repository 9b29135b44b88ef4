import { ApiProperty } from '@nestjs/swagger'
import { Transform } from 'class-transformer'
import { OneOf, Out, Text, WholeNumber } from '../../common/validation/fields.js'
import { LABELS, type ReadEntryKind } from './log-shown.js'

const toNumber = ({ value }: { value: unknown }): unknown => (typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : value)
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/
const TIME_MESSAGE = 'must be a time as in 2026-11-21T10:00:00Z'

/** What someone wants to see of a log. */
export class LogFilterDto {
  @Text({ optional: true, min: 1, max: 200, description: 'only lines that contain this, whatever the case and the colours' })
  text?: string

  @Text({ optional: true, min: 1, max: 253, description: 'only of this revision' })
  revision?: string

  @Text({ optional: true, min: 1, max: 253, description: 'only of this pod' })
  pod?: string

  @Text({ optional: true, min: 1, max: 63, description: 'only of this container' })
  container?: string

  @Text({ optional: true, max: 40, pattern: TIME, message: TIME_MESSAGE, description: 'only from this time on (RFC 3339)' })
  from?: string

  @Text({ optional: true, max: 40, pattern: TIME, message: TIME_MESSAGE, description: 'only up to this time (RFC 3339)' })
  to?: string
}

/** The query of a log stream. */
export class LogQuery extends LogFilterDto {
  @Transform(toNumber)
  @WholeNumber({
    optional: true,
    min: 0,
    max: 100_000,
    description: 'begin with so many of the newest lines; 5,000 when neither this nor a time is given',
  })
  tail?: number

  @Text({
    optional: true,
    max: 12_000,
    description: 'id of the last event that was received, for clients that cannot send the header Last-Event-ID',
  })
  lastEventId?: string
}

/** The query of a page of a log. */
export class LogPageQuery extends LogFilterDto {
  @OneOf(['asc', 'desc'], { optional: true, description: 'oldest or newest first; desc when left out' })
  order?: 'asc' | 'desc'

  @Text({ optional: true, max: 12_000, description: 'nextCursor of the page before' })
  cursor?: string

  @Transform(toNumber)
  @WholeNumber({ optional: true, min: 1, max: 1_000, description: '200 when left out' })
  limit?: number
}

/** The query of a download. */
export class LogDownloadQuery extends LogFilterDto {
  @OneOf(['text', 'ndjson'], { optional: true, description: 'plain text, or one JSON object a line; text when left out' })
  format?: 'text' | 'ndjson'
}

/** One entry of a log. What does not belong to its kind is null. */
export class LogEntryDto {
  @Out({ enum: LABELS })
  kind: ReadEntryKind

  @Out({ description: 'RFC 3339 with nine digits' })
  ts: string

  @Out({ description: 'the line, why lines may be missing, or what Kubernetes says' })
  text: string

  @ApiProperty({ type: String, nullable: true })
  pod: string | null

  @ApiProperty({ type: String, nullable: true })
  container: string | null

  @ApiProperty({ type: String, nullable: true })
  revision: string | null

  @ApiProperty({ type: String, nullable: true, description: 'of a marker: started, ended, crashed or zero; of an event: its reason' })
  what: string | null

  @ApiProperty({ type: String, nullable: true, description: 'of an event: kind and name of the object' })
  object: string | null
}

/** One page of a log. */
export class LogPage {
  @ApiProperty({ type: [LogEntryDto] })
  items: LogEntryDto[]

  @ApiProperty({ type: String, nullable: true })
  nextCursor: string | null
}
