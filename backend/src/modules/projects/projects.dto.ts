import { applyDecorators } from '@nestjs/common'
import { ApiPropertyOptional } from '@nestjs/swagger'
import { Type } from 'class-transformer'
import { ArrayMaxSize, IsArray, IsObject, Matches, ValidateIf, ValidateNested } from 'class-validator'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { ALL_ACTIONS, VISIBILITIES, type Action, type Visibility } from '../../common/policy/actions.js'
import { allowedActions } from '../../common/policy/policy.js'
import { OneOf, Out, Revision, Text, TextList } from '../../common/validation/fields.js'
import { ENGINE_PHASES, type EnginePhase } from '../engines/engine.js'
import { PersonDto } from '../iam/users/person.dto.js'
import type { User } from '../iam/users/user.js'
import type { ProjectFigures } from './project.presenter.js'
import { TASKS, type Project } from './project.js'

// Without a name and a password before the host, which only make an address look like another.
const WEB = String.raw`https?:\/\/[^\s/?#@\\"'<>]+(?:[/?#][^\s\\"'<>]*)?`
const MAIL = String.raw`[^\s@<>"'\\,;:]+@[^\s@<>"'\\,;:]+\.[^\s@<>"'\\,;:]+`
const MAX_ENTRIES = 10

export class ContactDto {
  @Text({ min: 1, max: 120, pattern: /\S/, message: 'must not be blank' })
  name: string

  @Text({ max: 254, pattern: new RegExp(`^(?:${MAIL})?$`), message: 'must be an e-mail address, or empty' })
  email: string

  @Text({
    max: 500,
    pattern: new RegExp(`^(?:${WEB})?$`, 'i'),
    message: 'must be an address that begins with https:// or http://, or empty',
  })
  url: string
}

export class LinkDto {
  @Text({ min: 1, max: 120, pattern: /\S/, message: 'must not be blank' })
  title: string

  @Text({ max: 500, pattern: new RegExp(`^${WEB}$`, 'i'), message: 'must be an address that begins with https:// or http://' })
  url: string
}

const ListOf = (type: new () => object, message: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: [type], maxItems: MAX_ENTRIES }),
    ValidateIf((_, value) => value !== undefined),
    IsArray({ message }),
    ArrayMaxSize(MAX_ENTRIES, { message: `must have at most ${MAX_ENTRIES} entries` }),
    IsObject({ each: true, message }),
    ValidateNested({ each: true }),
    Type(() => type),
  )

export class CreateProjectDto {
  @Text({ min: 1, max: 120, pattern: /\S/, message: 'must not be blank', example: 'Iris classifier' })
  title: string

  @Text({ max: 500, lines: true, optional: true })
  summary: string = ''

  @OneOf(TASKS, { optional: true })
  task: string = ''

  @TextList({ most: 12, max: 40, optional: true })
  tags: string[] = []

  @OneOf(VISIBILITIES, { optional: true, description: 'who can read it: its members, everyone with an account, or everyone' })
  visibility: Visibility = 'internal'
}

export class UpdateProjectDto {
  @Revision()
  revision: number

  @Text({ min: 1, max: 120, pattern: /\S/, message: 'must not be blank', optional: true })
  title?: string

  @Text({ max: 500, lines: true, optional: true })
  summary?: string

  @OneOf(TASKS, { optional: true })
  task?: string

  @TextList({ most: 12, max: 40, optional: true })
  tags?: string[]

  @TextList({ most: 12, max: 40, optional: true, description: 'what it was made with' })
  frameworks?: string[]

  @Text({ max: 80, optional: true, description: 'an SPDX identifier or words; empty for none', example: 'Apache-2.0' })
  licence?: string

  @ListOf(ContactDto, 'must be a list of {name, email, url}')
  contacts?: ContactDto[]

  @ListOf(LinkDto, 'must be a list of {title, url}')
  links?: LinkDto[]

  @ApiPropertyOptional({ type: String, nullable: true, description: 'an asset of the project; null for none' })
  @ValidateIf((_, value) => value !== undefined && value !== null)
  @Matches(/^[0-9a-hjkmnp-tv-z]{26}$/, { message: 'must be an id of 26 characters, or null' })
  cover?: string | null
}

export class ProjectAppDto {
  @Out({ enum: ENGINE_PHASES }) phase: EnginePhase
}

export class ProjectDto {
  @Out() id: string
  @Out({ example: 'iris-classifier' }) slug: string
  @Out() title: string
  @Out() summary: string
  @Out({ enum: TASKS }) task: string
  @Out({ type: [String] }) tags: string[]
  @Out({ type: [String] }) frameworks: string[]
  @Out({ example: 'Apache-2.0' }) licence: string
  @Out({ type: [ContactDto] }) contacts: ContactDto[]
  @Out({ type: [LinkDto] }) links: LinkDto[]
  @Out({ type: String, nullable: true, description: 'an asset of the project' }) cover: string | null
  @Out({ type: String, nullable: true }) coverUrl: string | null
  @Out({ type: 'integer' }) stars: number
  @Out({ description: 'whether you gave one of the stars' }) starred: boolean
  @Out({ type: 'integer', description: 'visitors, counted once a day each' }) views: number
  @Out({ type: ProjectAppDto, nullable: true, description: 'the best of its apps; null when it has none' }) app: ProjectAppDto | null
  @Out({ type: 'integer', nullable: true, description: 'the newest published version' }) publishedVersion: number | null
  @Out({ type: String, format: 'date-time', nullable: true }) publishedAt: string | null
  @Out() owner: PersonDto
  @Out({ enum: VISIBILITIES }) visibility: Visibility
  @Out({ type: [String], enum: ALL_ACTIONS, description: 'what you may do with it' }) allowed: Action[]
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out({ type: 'integer' }) revision: number

  static from(project: Project, owner: User | undefined, figures: ProjectFigures | undefined, auth: AuthContext): ProjectDto {
    const { id, slug, title, summary, task, tags, frameworks, licence, contacts, links, cover, publishedVersion, revision } = project
    const { stars = 0, starred = false, views = 0, phase = null } = figures ?? {}
    return {
      id,
      slug,
      title,
      summary,
      task,
      tags,
      frameworks,
      licence,
      contacts,
      links,
      cover,
      coverUrl: cover === null ? null : `/api/assets/${cover}/content`,
      stars,
      starred,
      views,
      app: phase && { phase },
      publishedVersion,
      publishedAt: project.publishedAt?.toISOString() ?? null,
      owner: PersonDto.of(project.ownerId, owner),
      visibility: project.visibility,
      allowed: allowedActions(auth, ALL_ACTIONS, project),
      createdAt: project.createdAt.toISOString(),
      updatedAt: project.updatedAt.toISOString(),
      revision,
    }
  }
}
