import type { JWK } from 'jose'
import { Out } from '../../common/validation/fields.js'

export class AdmissionDto {
  @Out({ description: 'the address to open or to put into a frame; it admits once, and only who asked for it' }) url: string
  @Out({ format: 'date-time', nullable: true, type: String, description: 'until when it admits; null for an app that everyone may reach' })
  expiresAt: string | null
}

/** A set of keys (RFC 7517). */
export class JwksDto {
  @Out({ type: 'array', items: { type: 'object', additionalProperties: true } }) keys: JWK[]
}
