import { type Type } from '@nestjs/common'
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger'
import { Transform } from 'class-transformer'
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator'
import { DomainError } from '../problem/domain-error.js'

/** The query of every list. */
export class PageQuery {
  @ApiPropertyOptional({ description: 'nextCursor of the previous page', maxLength: 512 })
  @IsOptional()
  @IsString()
  @MaxLength(512)
  cursor?: string

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 100, default: 24 })
  @Transform(({ value }) => (typeof value === 'string' && /^\d{1,4}$/.test(value) ? Number(value) : (value as unknown)))
  @IsInt()
  @Min(1)
  @Max(100)
  limit: number = 24
}

/** One page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[]
  nextCursor: string | null
}

/** The documented class of a page of `item`. */
export function PageOf<T>(item: Type<T>): Type<Page<T>> {
  class PageDto implements Page<T> {
    @ApiProperty({ type: [item] })
    items: T[]

    @ApiProperty({ type: String, nullable: true })
    nextCursor: string | null
  }
  Object.defineProperty(PageDto, 'name', { value: `${item.name.replace(/Dto$/, '')}Page` })
  return PageDto
}

/** The position after an item: the values of its sort keys, the id last. */
export type Position = (string | number)[]

/** Writes a position as an opaque cursor. */
export const encodeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url')

/**
 * Reads a cursor that {@link encodeCursor} wrote.
 * @param shape the type of each sort key, in order
 * @throws DomainError `invalid-cursor` when it has another shape
 */
export function decodeCursor(cursor: string, shape: ('string' | 'number')[]): Position {
  let value: unknown
  try {
    value = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch (cause) {
    throw new DomainError('invalid-cursor', {}, { cause })
  }
  const fits = Array.isArray(value) && value.length === shape.length && value.every((key, i) => typeof key === shape[i])
  if (!fits) throw new DomainError('invalid-cursor')
  return value as Position
}

/** Makes a page of `limit` items out of up to `limit + 1` that a query found. */
export function toPage<T>(found: T[], limit: number, position: (item: T) => Position): Page<T> {
  const items = found.slice(0, limit)
  const last = items.at(-1)
  return { items, nextCursor: found.length > limit && last !== undefined ? encodeCursor(position(last)) : null }
}
