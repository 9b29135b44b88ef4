import { ApiProperty } from '@nestjs/swagger'
import { PageOf, PageQuery } from '../../common/pagination/pagination.js'
import { Id, Out, Revision, WholeNumber } from '../../common/validation/fields.js'
import { DRIVER_NAMES, DRIVER_SPECS, type DriverName } from '../../platform/kubernetes/drivers.js'
import type { User } from '../iam/users/user.js'
import { PersonDto } from '../iam/users/person.dto.js'
import { ResourcesDto } from '../sizes/resources.dto.js'
import { APP_ACCESS, HEALTH_KINDS, SCALING_METRICS, type AppAccess, type HealthKind, type ScalingMetric } from './engine-spec.js'
import {
  CAUSE_CODES,
  CAUSE_FIELDS,
  ENGINE_PHASES,
  STEP_NAMES,
  STEP_STATES,
  urlOf,
  type CauseCode,
  type CauseField,
  type Engine,
  type EnginePhase,
  type EngineStatus,
  type EngineStep,
  type StepName,
  type StepState,
} from './engine.js'
import { AppName, ChangeFields, Image, NewSecrets, Port, SpecFields, type SecretInput } from './spec.dto.js'

/** How long a preview may be asked for, in hours. */
export const MAX_LEASE_HOURS = 168

export class CreateEngineDto extends SpecFields {
  @Id({ description: 'the project that the app belongs to' })
  projectId: string

  @AppName({ example: 'demo' })
  name: string

  @Image()
  image: string

  @Port()
  port: number

  @NewSecrets()
  secrets?: SecretInput[]

  @WholeNumber({ min: 1, max: MAX_LEASE_HOURS, optional: true, description: 'makes it a preview, which is removed after so many hours' })
  leaseHours?: number
}

export class UpdateEngineDto extends ChangeFields {
  @Revision()
  revision: number
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
  @Out({ enum: [...CAUSE_FIELDS, null], type: String, nullable: true, description: 'the field of the app that it is about' })
  field: CauseField | null
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

export class ScalingDto {
  @Out({ type: 'integer' }) min: number
  @Out({ type: 'integer' }) max: number
  @Out({ enum: SCALING_METRICS }) metric: ScalingMetric
  @Out({ type: 'integer' }) target: number
  @Out({ type: 'integer', nullable: true }) windowSeconds: number | null
  @Out({ type: 'integer' }) scaleDownDelaySeconds: number
}

export class HealthDto {
  @Out({ enum: HEALTH_KINDS }) kind: HealthKind
  @Out() path: string
  @Out({ type: 'integer' }) startupSeconds: number
}

export class LeaseDto {
  @Out({ format: 'date-time', description: 'when the preview is removed' }) expiresAt: string
}

export class DriverCapabilitiesDto {
  @Out({ description: 'whether an app that nobody asks sleeps, and a request wakes it' }) scaleToZero: boolean
  @Out({ description: 'whether the number of copies follows the requests' }) autoscaling: boolean
}

/** What is shown of an app beside what is stored with it. */
export interface EngineView {
  appsUrl: string
  /** Whether the caller may change the app, and so may see its environment. */
  mayUpdate: boolean
  /** Whether only people who are let in by the gateway reach it. */
  isPrivate: boolean
  /** Who deployed it last, where there is still such an account. */
  deployedBy: User | undefined
}

export class EngineDto {
  @Out() id: string
  @Out() projectId: string
  @Out({ example: 'demo' }) name: string
  @Out() image: string
  @Out({ type: String, nullable: true, description: 'what the tag of the image stood for at the last deploy' }) digest: string | null
  @Out({ type: 'integer' }) port: number
  @Out({ type: [String] }) command: string[]
  @Out({ type: [String] }) args: string[]
  @ApiProperty({
    type: 'object',
    additionalProperties: { type: 'string' },
    nullable: true,
    description: 'null unless you may change the app',
  })
  env: Record<string, string> | null
  @Out({
    type: [String],
    nullable: true,
    description: 'names of the secrets, whose values are never shown; null unless you may change the app',
  })
  secrets: string[] | null
  @Out({ description: 'the size preset that it was deployed with' }) size: string
  @Out() resources: ResourcesDto
  @Out() scaling: ScalingDto
  @Out() health: HealthDto
  @Out({ enum: APP_ACCESS }) access: AppAccess
  @Out({ description: 'whether only people who may read it reach it; otherwise everyone does who knows the address' }) isPrivate: boolean
  @Out({ description: 'whether someone has asked for it to be out of the cluster' }) paused: boolean
  @ApiProperty({ type: LeaseDto, nullable: true, description: 'of a preview: how long it stays' }) lease: LeaseDto | null
  @Out({ type: String, nullable: true, description: 'the app that this is a preview of' }) previewOf: string | null
  @Out({ example: 'http://demo-iris-classifier.apps.localhost:8081' }) url: string
  @Out() status: EngineStatusDto
  @Out({ enum: [...DRIVER_NAMES, null], type: String, nullable: true, description: 'how the app is run; null before its first deploy' })
  driver: DriverName | null
  @ApiProperty({ type: DriverCapabilitiesDto, nullable: true, description: 'what can be done with it there; null before its first deploy' })
  capabilities: DriverCapabilitiesDto | null
  @Out({ type: 'integer', description: 'raised by each deploy' }) generation: number
  @Out({ format: 'date-time' }) deployedAt: string
  @ApiProperty({ type: PersonDto, nullable: true }) deployedBy: PersonDto | null
  @Out({ format: 'date-time' }) createdAt: string
  @Out({ format: 'date-time' }) updatedAt: string
  @Out({ type: 'integer' }) revision: number

  static from(engine: Engine, { appsUrl, mayUpdate, isPrivate, deployedBy }: EngineView): EngineDto {
    const { id, projectId, name, image, digest, port, command, args, size, resources, scaling, health, access } = engine
    const { paused, lease, previewOf, driver, generation, deploy, revision } = engine
    return {
      id,
      projectId,
      name,
      image,
      digest,
      port,
      // What is sent to a program may hold what is not for everyone.
      command: mayUpdate ? command : [],
      args: mayUpdate ? args : [],
      env: mayUpdate ? Object.fromEntries(engine.env.map((variable) => [variable.name, variable.value])) : null,
      secrets: mayUpdate ? engine.secrets.map((secret) => secret.name) : null,
      size,
      resources,
      scaling,
      health,
      access,
      isPrivate,
      paused,
      lease: lease && { expiresAt: lease.expiresAt.toISOString() },
      previewOf,
      url: urlOf(appsUrl, engine.host),
      status: EngineStatusDto.from(engine.status),
      driver,
      capabilities: driver && DRIVER_SPECS[driver].capabilities,
      generation,
      deployedAt: deploy.at.toISOString(),
      deployedBy: deploy.by && PersonDto.of(deploy.by.id, deployedBy),
      createdAt: engine.createdAt.toISOString(),
      updatedAt: engine.updatedAt.toISOString(),
      revision,
    }
  }
}

export class EnginePage extends PageOf(EngineDto) {}
