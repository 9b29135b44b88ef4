import { Injectable } from '@nestjs/common'
import { newId } from '../../common/ids.js'
import { InstanceRepository } from './instance.repository.js'

/**
 * Says which database this portal works on. Namespaces carry it as a mark: a portal whose database is another one, or was emptied, has no records of the
 * apps in them, and must not take that for "nobody wants them".
 */
@Injectable()
export class InstanceService {
  constructor(private readonly instances: InstanceRepository) {}

  /** The id of the instance, the same for all replicas and after every restart. */
  id(): Promise<string> {
    return this.instances.ensure(newId())
  }
}
