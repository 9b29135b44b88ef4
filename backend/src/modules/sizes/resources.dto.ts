import { Out } from '../../common/validation/fields.js'
import type { Resources } from './resources.js'

/** What one copy of an app may use, as it is told. */
export class ResourcesDto implements Resources {
  @Out({ type: 'integer', description: 'thousandths of a cpu that a copy is sure to have', example: 50 }) cpuMillis: number
  @Out({ type: 'integer', description: 'thousandths of a cpu that it may use while nobody else needs them', example: 2_000 })
  cpuLimitMillis: number
  @Out({ type: 'integer', description: 'mebibytes of memory that it is sure to have', example: 128 }) memoryMiB: number
  @Out({ type: 'integer', description: 'mebibytes of memory above which it is ended', example: 2_048 }) memoryLimitMiB: number
  @Out({ type: 'integer', description: "mebibytes on the machine's disk, above which it is ended", example: 2_048 }) ephemeralMiB: number
  @Out({ type: 'integer', description: 'whole GPUs', example: 0 }) gpus: number
}
