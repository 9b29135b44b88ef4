import { Out } from '../../common/validation/fields.js'

export class VersionDto {
  @Out({ example: 'vitrine' }) name: string
  @Out({ example: '0.1.0' }) version: string
  @Out({ example: 'v24.21.0' }) node: string
}

export class ClusterCapabilityDto {
  @Out({ enum: ['absent', 'starting', 'ready', 'unreachable'] }) state: 'absent' | 'starting' | 'ready' | 'unreachable'
  @Out({ description: 'what the state means for whoever wants to deploy, in words' }) message: string
  @Out({ enum: ['knative', null], type: String, nullable: true, description: 'how apps are run' }) driver: 'knative' | null
  @Out({ type: String, nullable: true, description: 'version of Kubernetes' }) version: string | null
  @Out() scaleToZero: boolean
  @Out({ format: 'date-time', description: 'when the state was entered' }) since: string
}

export class PartDto {
  @Out({ enum: ['ready', 'unavailable'] }) state: 'ready' | 'unavailable'
}

export class ObjectStoreCapabilityDto extends PartDto {
  @Out({ description: 'where browsers send and fetch files' }) publicEndpoint: string
}

export class LimitsDto {
  @Out({ type: 'integer', format: 'int64' }) maxUploadBytes: number
}

export class CapabilitiesDto {
  @Out() cluster: ClusterCapabilityDto
  @Out() database: PartDto
  @Out() objectStore: ObjectStoreCapabilityDto
  @Out({ description: 'address of an app, with {app} for its host label' }) appsUrl: string
  @Out() limits: LimitsDto
}
