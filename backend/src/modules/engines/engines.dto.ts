import { applyDecorators } from '@nestjs/common'
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger'
import { Transform } from 'class-transformer'
import { registerDecorator, ValidateIf, type ValidationArguments } from 'class-validator'
import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { Id, Out, Revision, Text, WholeNumber } from '../../common/validation/fields.js'
import { DRIVER_NAMES, type DriverName } from '../../platform/kubernetes/drivers.js'
import {
  CAUSE_CODES,
  ENGINE_PHASES,
  isImage,
  MAX_ENV,
  MAX_ENV_TOTAL,
  MAX_IMAGE,
  MAX_NAME,
  NAME_PATTERN,
  refusalOfEnvName,
  refusalOfEnvValue,
  STEP_NAMES,
  STEP_STATES,
  urlOf,
  type CauseCode,
  type Engine,
  type EngineCause,
  type EnginePhase,
  type EngineStatus,
  type EngineStep,
  type EnvVariable,
  type StepName,
  type StepState,
} from './engine.js'

/** A check of the whole value, with its own words for what is wrong. */
function Checked(name: string, refusal: (value: unknown) => string | null): PropertyDecorator {
  return (target, propertyKey) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(propertyKey),
      validator: {
        validate: (value: unknown) => refusal(value) === null,
        defaultMessage: (args?: ValidationArguments) => refusal(args?.value) ?? 'is not valid',
      },
    })
}

const Image = (options: { optional?: boolean } = {}): PropertyDecorator =>
  applyDecorators(
    Text({
      min: 1,
      max: MAX_IMAGE,
      example: 'ghcr.io/group/app:1.0',
      description: 'reference of the image: [registry/]path[:tag][@digest]',
      ...options,
    }),
    Checked('isImage', (value) =>
      value === undefined || (typeof value === 'string' && isImage(value))
        ? null
        : 'must be the name of an image, as in ghcr.io/group/app:1.0',
    ),
  )

const Port = (options: { optional?: boolean } = {}): PropertyDecorator =>
  WholeNumber({ min: 1, max: 65_535, example: 7860, description: 'port on which the app listens', ...options })

/** The environment: an object of texts, or the list of `{name, value}` that Kubernetes' users are used to. Kept as a list. */
const Env = (): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      type: 'object',
      additionalProperties: { type: 'string' },
      example: { GREETING: 'hello' },
      description: `environment of the app, at most ${MAX_ENV} names; a list of {name, value} is accepted too`,
    }),
    Transform(({ value }) => toVariables(value)),
    ValidateIf((_, value) => value !== undefined),
    Checked('isEnv', refusalOfEnv),
  )

/** What was sent as a list of variables; as it was when it has neither of the two forms. */
function toVariables(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each: unknown) => (isVariable(each) ? { name: each.name, value: each.value } : each))
  if (typeof value !== 'object' || value === null) return value
  return Object.entries(value).map(([name, text]: [string, unknown]) => ({ name, value: text }))
}

const isVariable = (value: unknown): value is EnvVariable =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length === 2 &&
  typeof (value as { name?: unknown }).name === 'string' &&
  typeof (value as { value?: unknown }).value === 'string'

/** Why this is no environment, in words; null when it is one. */
export function refusalOfEnv(value: unknown): string | null {
  if (!Array.isArray(value)) return 'must be an object of texts, or a list of {name, value}'
  if (value.length > MAX_ENV) return `must have at most ${MAX_ENV} names`
  const names = new Set<string>()
  let total = 0
  for (const each of value as unknown[]) {
    if (!isVariable(each)) return 'must have a text as the value of each name'
    const refusal = refusalOfEnvName(each.name)
    if (refusal !== null) return `${JSON.stringify(each.name.slice(0, 50))} ${refusal}`
    const refused = refusalOfEnvValue(each.value)
    if (refused !== null) return `the value of ${each.name} ${refused}`
    if (names.has(each.name)) return `must not name ${each.name} twice`
    names.add(each.name)
    total += Buffer.byteLength(each.name) + Buffer.byteLength(each.value)
  }
  if (total > MAX_ENV_TOTAL) return `must have at most ${MAX_ENV_TOTAL} bytes in all`
  return null
}

export class CreateEngineDto {
  @Id({ description: 'the project that the app belongs to' })
  projectId: string

  @Text({
    min: 1,
    max: MAX_NAME,
    pattern: NAME_PATTERN,
    message: 'must be a DNS label: small letters, digits and hyphens, a letter first, no hyphen last',
    example: 'demo',
  })
  name: string

  @Image()
  image: string

  @Port()
  port: number

  @Env()
  env: EnvVariable[] = []
}

export class UpdateEngineDto {
  @Revision()
  revision: number

  @Image({ optional: true })
  image?: string

  @Port({ optional: true })
  port?: number

  @Env()
  env?: EnvVariable[]
}

export class EngineListQuery extends PageQuery {
  @Id({ optional: true })
  projectId?: string
}

export class EngineStepDto {
  @Out({ enum: STEP_NAMES }) name: StepName
  @Out({ enum: STEP_STATES }) state: StepState
  @Out({ type: String, format: 'date-time', nullable: true }) startedAt: string | null
  @Out({ type: String, format: 'date-time', nullable: true }) finishedAt: string | null

  static from({ name, state, startedAt, finishedAt }: EngineStep): EngineStepDto {
    return { name, state, startedAt: startedAt?.toISOString() ?? null, finishedAt: finishedAt?.toISOString() ?? null }
  }
}

export class EngineCauseDto {
  @Out({ enum: CAUSE_CODES }) code: CauseCode
  @Out() title: string
  @Out({ description: 'what the cluster or the app said' }) evidence: string
  @Out({ description: 'what helps' }) fix: string
  @Out({ enum: ['name', 'image', 'port', 'env', null], type: String, nullable: true, description: 'the field of the app that it is about' })
  field: EngineCause['field']
}

export class EngineStatusDto {
  @Out({ enum: ENGINE_PHASES }) phase: EnginePhase
  @Out({ format: 'date-time', description: 'when the phase was entered' }) since: string
  @Out({ description: 'what the phase means for whoever uses the app' }) message: string
  @Out({ type: [EngineStepDto] }) steps: EngineStepDto[]
  @Out({ type: 'integer', description: 'copies of the app that answer' }) replicas: number
  @ApiProperty({ type: EngineCauseDto, nullable: true }) cause: EngineCauseDto | null

  static from({ phase, since, message, steps, replicas, cause }: EngineStatus): EngineStatusDto {
    return { phase, since: since.toISOString(), message, steps: steps.map((step) => EngineStepDto.from(step)), replicas, cause }
  }
}

export class EngineDto {
  @Out() id: string
  @Out() projectId: string
  @Out({ example: 'demo' }) name: string
  @Out() image: string
  @Out({ type: String, nullable: true, description: 'what the tag of the image stood for at the last deploy' }) digest: string | null
  @Out({ type: 'integer' }) port: number
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    description: 'null unless you may change the app',
  })
  env: Record<string, string> | null
  @Out({ example: 'http://demo-iris-classifier.apps.localhost:8081' }) url: string
  @Out() status: EngineStatusDto
  @Out({ enum: [...DRIVER_NAMES, null], type: String, nullable: true, description: 'how the app is run; null before its first deploy' })
  driver: DriverName | null
  @Out({ type: 'integer', description: 'raised by each deploy' }) generation: number
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out({ type: 'integer' }) revision: number

  static from(engine: Engine, appsUrl: string, withEnv: boolean): EngineDto {
    const { id, projectId, name, image, digest, port, driver, generation, revision } = engine
    return {
      id,
      projectId,
      name,
      image,
      digest,
      port,
      env: withEnv ? Object.fromEntries(engine.env.map((variable) => [variable.name, variable.value])) : null,
      url: urlOf(appsUrl, engine.host),
      status: EngineStatusDto.from(engine.status),
      driver,
      generation,
      createdAt: engine.createdAt.toISOString(),
      updatedAt: engine.updatedAt.toISOString(),
      revision,
    }
  }
}

export class EnginePage extends PageOf(EngineDto) {}
