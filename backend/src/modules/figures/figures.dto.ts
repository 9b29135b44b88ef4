import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger'
import { Transform } from 'class-transformer'
import { Allow } from 'class-validator'
import { Out, Text } from '../../common/validation/fields.js'
import { PersonDto } from '../iam/users/person.dto.js'
import type { User } from '../iam/users/user.js'
import type { ChartSpec } from '../richtext/rich-text.js'
import { MAX_FIGURE_SUMMARY, MAX_FIGURE_TITLE, type Figure, type PushedFigure } from './figure.js'
import type { DrawnFigure } from './figure.repository.js'

/** A field of a figure as it came: all of it is checked at once, by the rules of a chart. */
const AsItCame = (): PropertyDecorator => (target, key) => {
  Allow()(target, key)
  Transform(({ obj }: { obj: Record<string | symbol, unknown> }) => obj[key])(target, key)
}

const TRACES = { type: 'array', items: { type: 'object', additionalProperties: true }, description: 'traces of Plotly' } as const
const OBJECT = { type: 'object', additionalProperties: true } as const

export class PushFigureDto implements PushedFigure {
  @ApiProperty(TRACES) @AsItCame() data: unknown
  @ApiPropertyOptional({ ...OBJECT, description: 'layout of Plotly' }) @AsItCame() layout?: unknown
  @ApiPropertyOptional({ type: 'array', items: OBJECT, maxItems: 0, description: 'nothing: figures are not animated' })
  @AsItCame()
  frames?: unknown
  @ApiPropertyOptional({ type: 'object', additionalProperties: false, description: 'nothing' }) @AsItCame() config?: unknown

  @Text({
    min: 1,
    max: MAX_FIGURE_TITLE,
    pattern: /\S/,
    message: 'must not be blank',
    optional: true,
    description: 'that of the layout when left out, else the name',
  })
  title?: string

  @Text({ max: MAX_FIGURE_SUMMARY, lines: true, optional: true, description: 'what it shows, for those who do not see it' })
  summary?: string
}

export class FigureDto {
  @Out() id: string
  @Out() projectId: string
  @Out({ example: 'confusion-matrix' }) name: string
  @Out() title: string
  @Out({ description: 'what it shows, for those who do not see it; may be empty' }) summary: string
  @Out({ type: 'integer', description: 'raised by each push that changes something' }) revision: number
  @Out({ description: 'SHA-256 of the canonical JSON (RFC 8785) of what is drawn' }) hash: string
  @Out({ type: 'integer' }) points: number
  @Out({ type: 'integer', description: 'of what is drawn, as JSON' }) bytes: number
  @Out({ format: 'date-time' }) updatedAt: string
  @Out() updatedBy: PersonDto

  static from(figure: Figure, people: Map<string, User>): FigureDto {
    const { id, projectId, name, title, summary, revision, hash, points, bytes, updatedAt, updatedBy } = figure
    return {
      ...{ id, projectId, name, title, summary, revision, hash, points, bytes },
      ...{ updatedAt: updatedAt.toISOString(), updatedBy: PersonDto.of(updatedBy, people.get(updatedBy)) },
    }
  }
}

export class FigureListDto {
  @Out({ type: [FigureDto] }) items: FigureDto[]
}

class FigureSpec implements ChartSpec {
  @Out(TRACES) data: Record<string, unknown>[]
  @Out({ ...OBJECT, description: 'layout of Plotly' }) layout: Record<string, unknown>
}

export class FigureSpecDto {
  @Out() spec: FigureSpec
  @Out({ description: 'SHA-256 of the canonical JSON of the spec' }) hash: string
  @Out({ type: 'integer' }) revision: number
  @Out({ format: 'date-time' }) updatedAt: string

  static from({ spec, hash, revision, updatedAt }: DrawnFigure): FigureSpecDto {
    return { spec, hash, revision, updatedAt: updatedAt.toISOString() }
  }
}
