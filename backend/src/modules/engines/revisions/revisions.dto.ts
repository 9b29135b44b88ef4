import { ApiProperty } from '@nestjs/swagger'
import { PageOf } from '../../../common/pagination/pagination.js'
import { Out, Revision, WholeNumber } from '../../../common/validation/fields.js'
import type { User } from '../../iam/users/user.js'
import { PersonDto } from '../../iam/users/person.dto.js'
import { DEPLOY_REASONS, type DeployReason } from '../engine.js'
import type { EngineRevision, FieldChange } from './engine-revision.js'

export class RollbackDto {
  @Revision()
  revision: number

  @WholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER, description: 'the generation to go back to' })
  generation: number
}

export class FieldChangeDto implements FieldChange {
  @Out({ example: 'env.GREETING' }) field: string
  @Out({ type: String, nullable: true, description: 'null where it was not there, or is not for you to see' }) before: string | null
  @Out({ type: String, nullable: true, description: 'null where it is not there any more, or is not for you to see' }) after: string | null
}

export class EngineRevisionDto {
  @Out({ type: 'integer' }) generation: number
  @Out({ format: 'date-time' }) at: string
  @ApiProperty({ type: PersonDto, nullable: true, description: 'who deployed it' }) author: PersonDto | null
  @Out({ enum: ['session', 'token', null], type: String, nullable: true, description: 'by the page, or by an API token' })
  via: 'session' | 'token' | null
  @Out({ enum: DEPLOY_REASONS }) reason: DeployReason
  @Out({ type: 'integer', nullable: true, description: 'the generation that was gone back to' }) from: number | null
  @Out() image: string
  @Out({ type: String, nullable: true, description: 'what the image turned out to be' }) digest: string | null
  @Out({ description: 'whether it is the one that is wanted now' }) isCurrent: boolean
  @Out({ type: [FieldChangeDto], description: 'what differs from the generation before' }) changes: FieldChangeDto[]

  static from(revision: EngineRevision, author: User | undefined, isCurrent: boolean, changes: FieldChange[]): EngineRevisionDto {
    const { generation, at, by, reason, from, spec, digest, pin } = revision
    return {
      generation,
      at: at.toISOString(),
      author: by && PersonDto.of(by.id, author),
      via: by && by.via !== 'anonymous' ? by.via : null,
      reason,
      from,
      image: spec.image,
      digest: digest ?? pin,
      isCurrent,
      changes,
    }
  }
}

export class EngineRevisionPage extends PageOf(EngineRevisionDto) {}
