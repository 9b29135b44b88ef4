import { applyDecorators } from '@nestjs/common'
import { ApiPropertyOptional } from '@nestjs/swagger'
import { Transform, Type } from 'class-transformer'
import { IsObject, registerDecorator, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator'
import { OneOf, Text, WholeNumber } from '../../common/validation/fields.js'
import {
  APP_ACCESS,
  HEALTH_KINDS,
  isImage,
  MAX_COPIES,
  MAX_ENV,
  MAX_ENV_TOTAL,
  MAX_IMAGE,
  MAX_NAME,
  MAX_PATH,
  MAX_WORDS,
  NAME_PATTERN,
  PATH_PATTERN,
  refusalOfEnvName,
  refusalOfEnvValue,
  refusalOfWords,
  SCALING_METRICS,
  type AppAccess,
  type EnvVariable,
  type HealthKind,
  type ScalingMetric,
} from './engine-spec.js'

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

/** The name of an app: a DNS label, because its host begins with it. */
export function AppName(options: Omit<Parameters<typeof Text>[0], 'max'> = {}): PropertyDecorator {
  return Text({
    min: 1,
    max: MAX_NAME,
    pattern: NAME_PATTERN,
    message: 'must be a DNS label: small letters, digits and hyphens, a letter first, no hyphen last',
    ...options,
  })
}

export const Image = (options: { optional?: boolean } = {}): PropertyDecorator =>
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

export const Port = (options: { optional?: boolean } = {}): PropertyDecorator =>
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

/** Words of a command: each reaches the process as it is, since no shell reads them. */
const Words = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: [String], maxItems: MAX_WORDS, description, example: ['python', 'app.py'] }),
    ValidateIf((_, value) => value !== undefined),
    Checked('isCommand', refusalOfWords),
  )

/** A secret as it was sent: null for one that is to be removed. */
export interface SecretInput {
  name: string
  value: string | null
}

/** Secrets: an object of texts, and of nulls where something may be removed. Kept as a list. */
const Secrets = (options: { removable: boolean }): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({
      type: 'object',
      additionalProperties: { type: 'string', nullable: options.removable },
      example: { API_KEY: 'hunter2' },
      description: `variables whose values are never shown again${options.removable ? '; null removes one, those that are not named stay' : ''}`,
      writeOnly: true,
    }),
    Transform(({ value }) => (Array.isArray(value) ? 'no list' : toVariables(value))),
    ValidateIf((_, value) => value !== undefined),
    Checked('isSecrets', (value) => refusalOfSecrets(value, options.removable)),
  )

/** Why these are no secrets, in words; null when they are. */
function refusalOfSecrets(value: unknown, removable: boolean): string | null {
  if (!Array.isArray(value)) return 'must be an object of texts'
  const kept = (value as SecretInput[]).filter((each) => !(removable && each.value === null))
  const removed = (value as SecretInput[]).find((each) => removable && each.value === null && refusalOfEnvName(each.name) !== null)
  if (removed) return `${JSON.stringify(removed.name.slice(0, 50))} ${refusalOfEnvName(removed.name)}`
  return refusalOfEnv(kept)
}

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

export class ScalingInput {
  @WholeNumber({ min: 0, max: MAX_COPIES, optional: true, description: 'least copies; 0 lets the app sleep where the cluster can do that' })
  min?: number

  @WholeNumber({ min: 1, max: MAX_COPIES, optional: true, description: 'most copies' })
  max?: number

  @OneOf(SCALING_METRICS, { optional: true, description: 'what the number of copies follows: requests at once, or a second' })
  metric?: ScalingMetric

  @WholeNumber({ min: 1, max: 1_000, optional: true, description: 'what one copy is meant to serve of that' })
  target?: number

  @ApiPropertyOptional({
    type: 'integer',
    minimum: 6,
    maximum: 3_600,
    nullable: true,
    description: 'seconds to average over; null for the default of the cluster',
  })
  @ValidateIf((_, value) => value !== undefined && value !== null)
  @Checked('isWindow', (value) =>
    Number.isInteger(value) && Number(value) >= 6 && Number(value) <= 3_600 ? null : 'must be a whole number from 6 to 3600, or null',
  )
  windowSeconds?: number | null

  @WholeNumber({ min: 0, max: 3_600, optional: true, description: 'seconds of fewer requests before there are fewer copies' })
  scaleDownDelaySeconds?: number
}

export class HealthInput {
  @OneOf(HEALTH_KINDS, { optional: true, description: 'tcp: something listens on the port; http: a GET is answered with 200 to 399' })
  kind?: HealthKind

  @Text({ max: MAX_PATH, optional: true, pattern: PATH_PATTERN, message: 'must begin with / and contain no space', example: '/healthz' })
  path?: string

  @WholeNumber({ min: 10, max: 1_800, optional: true, description: 'seconds that the app may take to be ready' })
  startupSeconds?: number
}

const Nested = (type: () => new () => object, description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: () => type(), description }),
    ValidateIf((_, value) => value !== undefined),
    IsObject({ message: 'must be an object' }),
    ValidateNested(),
    Type(type),
  )

/** What may be said of any app besides its image and port. */
export class SpecFields {
  @Words("takes the place of the image's entry point; empty for that")
  command?: string[]

  @Words("takes the place of the image's arguments; empty for those")
  args?: string[]

  @Env()
  env?: EnvVariable[]

  @Text({ min: 1, max: 31, optional: true, description: 'id of a size preset; the default one when not given', example: 'small' })
  size?: string

  @Nested(() => ScalingInput, 'how many copies there are; what is not given stays as it is')
  scaling?: ScalingInput

  @Nested(() => HealthInput, 'how it is found out that the app is ready; what is not given stays as it is')
  health?: HealthInput

  @OneOf(APP_ACCESS, { optional: true, description: 'who may open the app: those who may read its project, or only its members' })
  access?: AppAccess
}

/** What may be changed of an app: what is not given stays as it is. */
export class ChangeFields extends SpecFields {
  @Image({ optional: true })
  image?: string

  @Port({ optional: true })
  port?: number

  @Secrets({ removable: true })
  secrets?: SecretInput[]
}

/** Secrets of a new app. */
export const NewSecrets = (): PropertyDecorator => Secrets({ removable: false })
