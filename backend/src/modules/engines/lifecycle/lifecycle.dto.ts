import { WholeNumber } from '../../../common/validation/fields.js'
import { MAX_COPIES } from '../engine-spec.js'
import { MAX_LEASE_HOURS } from '../engines.dto.js'
import { AppName, ChangeFields, Image } from '../spec.dto.js'

export class DeployDto {
  @Image({ optional: true })
  image?: string
}

export class ScaleDto {
  @WholeNumber({ min: 0, max: MAX_COPIES, description: 'least copies; 0 lets the app sleep where the cluster can do that' })
  min: number

  @WholeNumber({ min: 1, max: MAX_COPIES, description: 'most copies' })
  max: number
}

export class LeaseHoursDto {
  @WholeNumber({ min: 1, max: MAX_LEASE_HOURS, description: 'hours from now until the preview is removed' })
  hours: number
}

export class PreviewDto extends ChangeFields {
  @AppName({ optional: true, description: 'name of the preview; that of the app with "-preview" when not given' })
  name?: string

  @WholeNumber({ min: 1, max: MAX_LEASE_HOURS, optional: true, description: 'hours until it is removed; 24 when not given' })
  leaseHours: number = 24
}
