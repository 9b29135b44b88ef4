import { DRIVER_NAMES, type DriverName } from '../../platform/kubernetes/drivers.js'
import { Out } from '../../common/validation/fields.js'

export class VersionDto {
  @Out({ example: 'vitrine' }) name: string
  @Out({ example: '0.1.0' }) version: string
  @Out({ example: 'v24.21.0' }) node: string
}

export class ClusterCapabilityDto {
  @Out({ enum: ['absent', 'starting', 'ready', 'unreachable'] }) state: 'absent' | 'starting' | 'ready' | 'unreachable'
  @Out({ description: 'what the state means for whoever wants to deploy, in words' }) message: string
  @Out({ enum: [...DRIVER_NAMES, null], type: String, nullable: true, description: 'how new apps are run' }) driver: DriverName | null
  @Out({ enum: DRIVER_NAMES, isArray: true, description: 'the drivers that can run apps here, that for new apps first' })
  drivers: readonly DriverName[]
  @Out({ type: String, nullable: true, description: 'version of Kubernetes' }) version: string | null
  @Out({ description: 'whether new apps sleep at zero while nobody asks them' }) scaleToZero: boolean
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

export class ExportCapabilityDto {
  @Out({ description: 'whether an operator has set up what prints to PDF' }) pdf: boolean
}

export class CapabilitiesDto {
  @Out() cluster: ClusterCapabilityDto
  @Out() database: PartDto
  @Out() objectStore: ObjectStoreCapabilityDto
  @Out({ description: 'address of an app, with {app} for its host label' }) appsUrl: string
  @Out() limits: LimitsDto
  @Out() exports: ExportCapabilityDto
}
