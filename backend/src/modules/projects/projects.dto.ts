import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { OneOf, Out, Revision, Text, TextList } from '../../common/validation/fields.js'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { ALL_ACTIONS, VISIBILITIES, type Action, type Visibility } from '../../common/policy/actions.js'
import { allowedActions } from '../../common/policy/policy.js'
import { PersonDto } from '../iam/users/person.dto.js'
import type { User } from '../iam/users/user.js'
import { TASKS, type Project } from './project.js'

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
}

export class ProjectListQuery extends PageQuery {
  @Text({ max: 200, optional: true, description: 'words that must all occur; the beginning of each is enough' })
  q?: string

  @OneOf(TASKS, { optional: true })
  task?: string
}

export class ProjectDto {
  @Out() id: string
  @Out({ example: 'iris-classifier' }) slug: string
  @Out() title: string
  @Out() summary: string
  @Out({ enum: TASKS }) task: string
  @Out({ type: [String] }) tags: string[]
  @Out() owner: PersonDto
  @Out({ enum: VISIBILITIES }) visibility: Visibility
  @Out({ type: [String], enum: ALL_ACTIONS, description: 'what you may do with it' }) allowed: Action[]
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out({ type: 'integer' }) revision: number

  static from(project: Project, owner: User | undefined, auth: AuthContext): ProjectDto {
    const { id, slug, title, summary, task, tags, revision } = project
    return {
      id,
      slug,
      title,
      summary,
      task,
      tags,
      owner: PersonDto.of(project.ownerId, owner),
      visibility: project.visibility,
      allowed: allowedActions(auth, ALL_ACTIONS, project),
      createdAt: project.createdAt.toISOString(),
      updatedAt: project.updatedAt.toISOString(),
      revision,
    }
  }
}

export class ProjectPage extends PageOf(ProjectDto) {}
