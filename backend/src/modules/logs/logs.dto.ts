import { Transform } from 'class-transformer'
import { Text, WholeNumber } from '../../common/validation/fields.js'

/** The query of a log stream. */
export class LogQuery {
  @Transform(({ value }) => (typeof value === 'string' && /^\d{1,6}$/.test(value) ? Number(value) : (value as unknown)))
  @WholeNumber({
    optional: true,
    min: 0,
    max: 100_000,
    description: 'begin with so many of the newest lines; all that are kept when left out',
  })
  tail?: number

  @Text({
    optional: true,
    max: 12_000,
    description: 'id of the last event that was received, for clients that cannot send the header Last-Event-ID',
  })
  lastEventId?: string
}
