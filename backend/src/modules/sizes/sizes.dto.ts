import { Out, Revision, Text, WholeNumber, YesNo } from '../../common/validation/fields.js'
import { ResourcesDto } from './resources.dto.js'
import { MAX_CPU_MILLIS, MAX_GPUS, MAX_MIB, MIN_CPU_MILLIS, MIN_MIB, resourcesOf } from './resources.js'
import { MAX_ORDER, SIZE_ID, type Size } from './size.js'

const CPU = { min: MIN_CPU_MILLIS, max: MAX_CPU_MILLIS }
const MIB = { min: MIN_MIB, max: MAX_MIB }
const CPU_REQUEST = { ...CPU, description: 'thousandths of a processor that are kept free for the app' }
const CPU_LIMIT = { ...CPU, description: 'the most that the app gets; at least cpuMillis' }
const MEMORY_REQUEST = { ...MIB, description: 'mebibytes that are kept free for the app' }
const MEMORY_LIMIT = { ...MIB, description: 'an app that takes more is ended; at least memoryMiB' }
const EPHEMERAL = { ...MIB, description: "mebibytes of the node's disk; an app that takes more is ended" }
const GPUS = { min: 0, max: MAX_GPUS, description: 'whole GPUs' }
const TITLE = { min: 1, max: 60, example: 'Small' }
const DESCRIPTION = { max: 200 }
const ORDER = { min: 0, max: MAX_ORDER, optional: true, description: 'the presets are shown by this, then by id' }
const IS_DEFAULT = { optional: true, description: 'what an app gets that names no size; the one that had this loses it' }

export class CreateSizeDto {
  @Text({ min: 1, max: 31, pattern: SIZE_ID, message: 'must be small letters, digits and hyphens, a letter first', example: 'small' })
  id: string

  @Text(TITLE) title: string
  @Text({ ...DESCRIPTION, optional: true }) description: string = ''
  @WholeNumber(CPU_REQUEST) cpuMillis: number
  @WholeNumber(CPU_LIMIT) cpuLimitMillis: number
  @WholeNumber(MEMORY_REQUEST) memoryMiB: number
  @WholeNumber(MEMORY_LIMIT) memoryLimitMiB: number
  @WholeNumber(EPHEMERAL) ephemeralMiB: number
  @WholeNumber({ ...GPUS, optional: true }) gpus: number = 0
  @YesNo(IS_DEFAULT) isDefault: boolean = false
  @WholeNumber(ORDER) order?: number
}

export class UpdateSizeDto {
  @Revision() revision: number
  @Text({ ...TITLE, optional: true }) title?: string
  @Text({ ...DESCRIPTION, optional: true }) description?: string
  @WholeNumber({ ...CPU_REQUEST, optional: true }) cpuMillis?: number
  @WholeNumber({ ...CPU_LIMIT, optional: true }) cpuLimitMillis?: number
  @WholeNumber({ ...MEMORY_REQUEST, optional: true }) memoryMiB?: number
  @WholeNumber({ ...MEMORY_LIMIT, optional: true }) memoryLimitMiB?: number
  @WholeNumber({ ...EPHEMERAL, optional: true }) ephemeralMiB?: number
  @WholeNumber({ ...GPUS, optional: true }) gpus?: number
  @YesNo(IS_DEFAULT) isDefault?: boolean
  @WholeNumber(ORDER) order?: number
}

export class SizeDto extends ResourcesDto {
  @Out({ example: 'small' }) id: string
  @Out() title: string
  @Out() description: string
  @Out({ description: 'what an app gets that names no size; exactly one has it' }) isDefault: boolean
  @Out({ type: 'integer', description: ORDER.description }) order: number
  @Out({ type: 'integer' }) revision: number

  static from(size: Size): SizeDto {
    const { id, title, description, isDefault, order, revision } = size
    return { id, title, description, ...resourcesOf(size), isDefault, order, revision }
  }
}

export class SizeListDto {
  @Out({ type: [SizeDto] }) items: SizeDto[]
}
