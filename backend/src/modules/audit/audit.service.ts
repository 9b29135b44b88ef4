import { Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { newId } from '../../common/ids.js'
import { decodeCursor, toPage } from '../../common/pagination/pagination.js'
import { AuditEntryDto, type AuditFilterDto, type AuditPage, type AuditQueryDto } from './audit.dto.js'
import { AuditRepository, type AuditQuery } from './audit.repository.js'

const BATCH = 500

/** Reads the audit log. */
@Injectable()
export class AuditService {
  constructor(private readonly entries: AuditRepository) {}

  /** One page, newest first. */
  async list({ cursor, limit, ...query }: AuditQueryDto): Promise<AuditPage> {
    const before = cursor === undefined ? undefined : String(decodeCursor(cursor, ['string'])[0])
    const found = await this.entries.newest(queryOf(query), limit + 1, before)
    const page = toPage(found, limit, ({ id }) => [id])
    return { items: page.items.map((entry) => AuditEntryDto.from(entry)), nextCursor: page.nextCursor }
  }

  /** All entries that there are now, oldest first, one a line of JSON; read as fast as they are taken, a batch at a time. */
  async *export(filter: AuditFilterDto): AsyncGenerator<string> {
    const query = queryOf(filter)
    const end = newId(now())
    for (let after: string | undefined; ;) {
      const found = await this.entries.oldest(query, BATCH, after, end)
      if (found.length > 0) yield found.map((entry) => `${JSON.stringify(AuditEntryDto.from(entry))}\n`).join('')
      if (found.length < BATCH) return
      after = found.at(-1)?.id
    }
  }
}

const queryOf = ({ q, from, to, actor, action, outcome, resourceType, resourceId }: AuditFilterDto): AuditQuery => ({
  ...(actor === undefined ? {} : { actor }),
  ...(action === undefined ? {} : { action }),
  ...(outcome === undefined ? {} : { outcome }),
  ...(resourceType === undefined ? {} : { resourceType }),
  ...(resourceId === undefined ? {} : { resourceId }),
  ...(from === undefined ? {} : { from: new Date(from) }),
  ...(to === undefined ? {} : { to: new Date(to) }),
  ...(q === undefined ? {} : { text: q }),
})
