import { applyDecorators } from '@nestjs/common'
import { ApiProperty, ApiPropertyOptional, type ApiPropertyOptions } from '@nestjs/swagger'
import { Transform } from 'class-transformer'
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsEmail,
  IsIn,
  IsInt,
  IsObject,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
  ValidateIf,
} from 'class-validator'

// Control characters, by their Unicode class: NUL and its like break YAML, logs and terminals further down.
const NO_CONTROL = /^[^\p{Cc}]*$/u
const NO_CONTROL_BUT_LINES = /^(?:[^\p{Cc}]|[\n\r\t])*$/u

interface Common {
  description?: string
  optional?: boolean
  example?: unknown
}

/** A property of an answer, in the OpenAPI document only. */
export const Out = ApiProperty

/**
 * A text of `min` to `max` characters without control characters (line breaks only when `lines` is set).
 * @param options.shown a simpler pattern for the OpenAPI document, where the real one says more than tools understand
 */
export function Text(
  options: Common & { min?: number; max: number; lines?: boolean; pattern?: RegExp; shown?: RegExp; message?: string },
): PropertyDecorator {
  const { min = 0, max, lines = false, pattern, shown = pattern, message } = options
  return applyDecorators(
    document(options, { type: String, minLength: min, maxLength: max, ...(shown ? { pattern: shown.source } : {}) }),
    ...optional(options),
    IsString({ message: 'must be a text' }),
    MinLength(min, { message: min === 1 ? 'must not be empty' : `must have at least ${min} characters` }),
    MaxLength(max, { message: `must have at most ${max} characters` }),
    Matches(lines ? NO_CONTROL_BUT_LINES : NO_CONTROL, { message: 'must not contain control characters' }),
    ...(pattern ? [Matches(pattern, { message: message ?? `must match ${pattern.source}` })] : []),
  )
}

/** A whole number from `min` to `max`. */
export function WholeNumber(options: Common & { min: number; max: number }): PropertyDecorator {
  const { min, max } = options
  const message = `must be a whole number from ${min} to ${max}`
  return applyDecorators(
    document(options, { type: 'integer', minimum: min, maximum: max, ...(max > 2 ** 31 ? { format: 'int64' } : {}) }),
    ...optional(options),
    IsInt({ message }),
    Min(min, { message }),
    Max(max, { message }),
  )
}

/** One of a fixed list of texts. */
export function OneOf(values: readonly string[], options: Common = {}): PropertyDecorator {
  return applyDecorators(
    document(options, { type: String, enum: [...values] }),
    ...optional(options),
    IsIn(values, { message: `must be one of: ${values.map((value) => (value === '' ? '"" (none)' : value)).join(', ')}` }),
  )
}

/** A list of at most `most` different texts. */
export function TextList(options: Common & { most: number; max: number }): PropertyDecorator {
  const { most, max } = options
  return applyDecorators(
    document(options, { type: [String], maxItems: most }),
    ...optional(options),
    IsArray({ message: 'must be a list' }),
    ArrayMaxSize(most, { message: `must have at most ${most} entries` }),
    ArrayUnique({ message: 'must not name anything twice' }),
    IsString({ each: true, message: 'must be a list of texts' }),
    MinLength(1, { each: true, message: 'must not contain an empty text' }),
    MaxLength(max, { each: true, message: `each must have at most ${max} characters` }),
    Matches(NO_CONTROL, { each: true, message: 'must not contain control characters' }),
  )
}

/** A list of different texts out of a fixed list. */
export function OneOfList(values: readonly string[], options: Common & { least?: number } = {}): PropertyDecorator {
  const { least = 0 } = options
  return applyDecorators(
    document(options, { type: [String], enum: [...values], minItems: least, maxItems: values.length, uniqueItems: true }),
    ...optional(options),
    IsArray({ message: 'must be a list' }),
    ArrayMinSize(least, { message: `must name at least ${least}` }),
    ArrayUnique({ message: 'must not name anything twice' }),
    IsIn(values, { each: true, message: `must only name: ${values.join(', ')}` }),
  )
}

/** On a list in a query: one value (`?tag=a`) is a list of one. */
export const Repeated = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (value === undefined || Array.isArray(value) ? value : [value]))

/** Yes or no. */
export function YesNo(options: Common = {}): PropertyDecorator {
  return applyDecorators(document(options, { type: Boolean }), ...optional(options), IsBoolean({ message: 'must be true or false' }))
}

/** An e-mail address. @param options.nullable null means none */
export function Email(options: Common & { nullable?: boolean } = {}): PropertyDecorator {
  const { nullable = false } = options
  return applyDecorators(
    document(options, { type: String, format: 'email', maxLength: 254, nullable }),
    ...(nullable || options.optional
      ? [ValidateIf((_, value) => !(nullable && value === null) && !(options.optional && value === undefined))]
      : []),
    IsString({ message: 'must be a text' }),
    MaxLength(254, { message: 'must have at most 254 characters' }),
    IsEmail({}, { message: 'must be an e-mail address' }),
  )
}

/** A new password. What makes it weak beyond its length depends on its owner, and is checked where that is known. */
export function Password(options: Common = {}): PropertyDecorator {
  return Text({ description: 'at least 12 characters; any characters', ...options, min: 12, max: 1024 })
}

/** JSON that is checked as a whole where it is known what may be in it, as the content of a text. */
export function Json(options: Common & { nullable?: boolean } = {}): PropertyDecorator {
  const { nullable = false } = options
  return applyDecorators(
    document(options, { type: 'object', additionalProperties: true, nullable }),
    ValidateIf((_, value) => !(nullable && value === null) && !(options.optional && value === undefined)),
    IsObject({ message: 'must be an object' }),
  )
}

/** The id of something else. */
export function Id(options: Common = {}): PropertyDecorator {
  return Text({ ...options, min: 26, max: 26, pattern: /^[0-9a-hjkmnp-tv-z]{26}$/, message: 'must be an id of 26 characters' })
}

/** The revision that a change starts from. */
export function Revision(): PropertyDecorator {
  return WholeNumber({
    min: 1,
    max: Number.MAX_SAFE_INTEGER,
    description: 'the revision that the change starts from; 409 when it is stale',
  })
}

/** The most that a version or a revision is counted to. */
const MAX_NUMBER = 1_000_000

/** The number of a version or a revision in a query, where all is text; may be left out. */
export function QueryNumber(min: number, description: string): PropertyDecorator {
  const message = `must be a whole number from ${min} to ${MAX_NUMBER}`
  return applyDecorators(
    ApiPropertyOptional({ type: 'integer', minimum: min, maximum: MAX_NUMBER, description }),
    ValidateIf((_, value) => value !== undefined),
    Transform(({ value }) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : (value as unknown))),
    IsInt({ message }),
    Min(min, { message }),
    Max(MAX_NUMBER, { message }),
  )
}

function document(options: Common, shape: ApiPropertyOptions): PropertyDecorator {
  const described: ApiPropertyOptions = {
    ...shape,
    ...(options.description === undefined ? {} : { description: options.description }),
    ...(options.example === undefined ? {} : { example: options.example }),
  }
  return options.optional ? ApiPropertyOptional(described) : ApiProperty(described)
}

// class-validator's own IsOptional lets null through, which no field of ours means: here only a missing field is left unchecked.
const optional = (options: Common): PropertyDecorator[] => (options.optional ? [ValidateIf((_, value) => value !== undefined)] : [])
