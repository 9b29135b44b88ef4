import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'

/** Who was let in, by which session or token, to which app, until when. Whether that still holds is asked anew with each request. */
export interface Pass {
  engineId: string
  via: 'session' | 'token'
  credentialId: string
  /** Milliseconds since 1970. */
  expiresAt: number
  /** Random; no two passes are the same. */
  nonce: string
}

const FORM = /^v1\.([0-9a-z]{26})\.(session|token)\.([0-9a-z]{26})\.(\d{13})\.([\w-]{16,64})\.([\w-]{43})$/

/** Signs and reads passes. What is signed for one purpose is worth nothing for another. */
export class PassSigner {
  private readonly key: Buffer

  /** @param secret the portal's key, VITRINE_SECRET */
  constructor(secret: string, purpose: 'gateway ticket' | 'gateway cookie') {
    this.key = Buffer.from(hkdfSync('sha256', secret, 'vitrine', purpose, 32))
  }

  /** @returns text of letters, digits, `.`, `-` and `_`, fit for a cookie and for a query */
  sign({ engineId, via, credentialId, expiresAt, nonce }: Pass): string {
    const text = `v1.${engineId}.${via}.${credentialId}.${expiresAt}.${nonce}`
    return `${text}.${this.mac(text)}`
  }

  /** The pass that the text is, expired or not; null when we did not sign it. */
  read(text: string | undefined): Pass | null {
    const [, engineId = '', via, credentialId = '', expiresAt, nonce = '', mac = ''] = FORM.exec(text ?? '') ?? []
    if (text === undefined || (via !== 'session' && via !== 'token')) return null
    const expected = Buffer.from(this.mac(text.slice(0, -mac.length - 1)))
    const given = Buffer.from(mac)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
    return { engineId, via, credentialId, expiresAt: Number(expiresAt), nonce }
  }

  private mac(text: string): string {
    return createHmac('sha256', this.key).update(text).digest('base64url')
  }
}

/** Remembers what was used once until it expires; in this process only. */
export class UsedOnce {
  private readonly used = new Map<string, number>()

  /** @returns whether it is used for the first time. @param at now, in milliseconds */
  use({ nonce, expiresAt }: Pass, at: number): boolean {
    for (const [each, until] of this.used) if (until < at) this.used.delete(each)
    if (this.used.has(nonce)) return false
    this.used.set(nonce, expiresAt)
    return true
  }
}
