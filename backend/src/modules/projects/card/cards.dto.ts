import { ApiProperty } from '@nestjs/swagger'
import { Transform } from 'class-transformer'
import { IsObject, ValidateIf } from 'class-validator'
import { OneOf, Out, Revision } from '../../../common/validation/fields.js'
import type { RichText } from '../../richtext/rich-text.js'
import { CARD_SECTIONS, type Card, type CardSection } from './card.js'

const TEXT = { type: 'object', additionalProperties: true, nullable: true, description: 'rich text; null for none' } as const

export class WriteCardDto {
  @Revision()
  revision: number

  @OneOf(CARD_SECTIONS)
  section: CardSection

  @ApiProperty(TEXT)
  @ValidateIf((_, value) => value !== null)
  @IsObject({ message: 'must be a rich text, or null' })
  // As it came: it is checked as a whole against the schema of rich text.
  @Transform(({ obj }: { obj: { content?: unknown } }) => obj.content)
  content: object | null
}

export class CardDto {
  @Out(TEXT) description: RichText | null
  @Out(TEXT) explanation: RichText | null
  @Out(TEXT) usage: RichText | null
  @Out(TEXT) limitations: RichText | null
  @Out(TEXT) performance: RichText | null
  @Out({ type: 'integer' }) revision: number

  static from({ texts, revision }: Card): CardDto {
    return { ...texts, revision }
  }
}
