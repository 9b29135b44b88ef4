import { applyDecorators } from '@nestjs/common'
import { ApiPropertyOptional, IntersectionType } from '@nestjs/swagger'
import { IsDateString, ValidateIf } from 'class-validator'
import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { OneOf, Out, Text } from '../../common/validation/fields.js'
import { ACTOR_MEANS, AUDIT_OUTCOMES, type AuditActor, type AuditEntry, type AuditOutcome } from './audit-entry.js'

/** A point in time as RFC 3339, with seconds and zone. */
const Time = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: String, format: 'date-time', maxLength: 40, description }),
    ValidateIf((_, value) => value !== undefined),
    IsDateString({ strict: true, strictSeparator: true }, { message: 'must be a time such as 2026-01-31T08:00:00Z' }),
  )

/** Which entries of the audit log. */
export class AuditFilterDto {
  @Text({ min: 1, max: 120, optional: true, description: 'the id or the exact name of who acted' })
  actor?: string

  @Text({ min: 1, max: 60, optional: true, description: 'the action', example: 'project:update' })
  action?: string

  @OneOf(AUDIT_OUTCOMES, { optional: true })
  outcome?: AuditOutcome

  @Text({ min: 1, max: 30, optional: true, description: 'the kind of thing that it was about', example: 'project' })
  resourceType?: string

  @Text({ min: 1, max: 300, optional: true, description: 'the id of the thing that it was about' })
  resourceId?: string

  @Time('from this time on')
  from?: string

  @Time('before this time')
  to?: string

  @Text({ min: 1, max: 120, optional: true, description: 'what the name of the actor or of the thing begins with' })
  q?: string
}

export class AuditQueryDto extends IntersectionType(AuditFilterDto, PageQuery) {}

export class AuditActorDto {
  @Out({ type: String, nullable: true, description: 'null for someone who had not signed in' }) id: string | null
  @Out({ description: 'the name of the account; at a failed sign-in the name that was given' }) name: string
  @Out({ enum: ACTOR_MEANS }) via: AuditActor['via']
}

export class AuditResourceDto {
  @Out() type: string
  @Out() id: string
  @Out({ type: String, nullable: true, description: 'as people call it' }) name: string | null
}

export class AuditEntryDto {
  @Out() id: string
  @Out({ format: 'date-time' }) at: string
  @Out() actor: AuditActorDto
  @Out({ example: 'project:update' }) action: string
  @Out({ enum: AUDIT_OUTCOMES, description: 'unknown: the portal stopped while it ran' }) outcome: AuditOutcome
  @Out({ type: 'integer', description: 'the HTTP status that was answered; 0 when there was no answer' }) status: number
  @Out({ type: String, nullable: true, description: 'the code of the problem that was answered' }) problem: string | null
  @Out({ type: AuditResourceDto, nullable: true }) resource: AuditResourceDto | null
  @Out({ type: 'object', additionalProperties: true, nullable: true, description: 'the changed fields as they were' })
  before: Record<string, unknown> | null
  @Out({ type: 'object', additionalProperties: true, nullable: true, description: 'the changed fields as they are now' })
  after: Record<string, unknown> | null
  @Out({ description: 'network address that the request came from' }) address: string
  @Out() userAgent: string
  @Out({ description: 'X-Request-Id of the answer' }) requestId: string

  static from({ at, before, after, ...entry }: AuditEntry): AuditEntryDto {
    return { ...entry, at: at.toISOString(), before: parsed(before), after: parsed(after) }
  }
}

export class AuditPage extends PageOf(AuditEntryDto) {}

const parsed = (json: string | null): Record<string, unknown> | null =>
  json === null ? null : (JSON.parse(json) as Record<string, unknown>)
