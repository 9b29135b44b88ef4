import { OmitType } from '@nestjs/swagger'
import { PageQuery } from '../../../common/pagination/pagination.js'
import { Out, Text } from '../../../common/validation/fields.js'

export class DirectoryQuery extends OmitType(PageQuery, ['cursor']) {
  @Text({ max: 120, optional: true, description: 'what the name begins with' })
  q: string = ''
}

export class DirectoryEntryDto {
  @Out({ enum: ['user', 'group'] }) kind: 'user' | 'group'
  @Out() id: string
  @Out() name: string
  @Out() displayName: string
}

export class DirectoryEntriesDto {
  @Out({ type: [DirectoryEntryDto] }) items: DirectoryEntryDto[]
}
