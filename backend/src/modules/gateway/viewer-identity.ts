import { calculateJwkThumbprint, exportJWK, SignJWT, type JWK } from 'jose'
import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject } from 'node:crypto'
import { now } from '../../common/clock.js'

/** Who looks at an app, as the app is told. */
export interface Viewer {
  id: string
  username: string
  displayName: string
  /** Names of the groups that the viewer is in. */
  groups: string[]
}

const LIFE_S = 300
// Of PKCS #8 for Ed25519 (RFC 8410): what comes before the 32 bytes of the key.
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')

/** Tells apps who looks at them, in a way that they can check: a JWT signed with a key whose public half is at `GET /api/gateway/jwks`. */
export class ViewerIdentity {
  private readonly key: KeyObject
  private readonly publicKey: Promise<JWK>

  /** @param secret the portal's key, VITRINE_SECRET @param issuer address of the portal */
  constructor(
    secret: string,
    private readonly issuer: string,
  ) {
    const seed = Buffer.from(hkdfSync('sha256', secret, 'vitrine', 'gateway identity', 32))
    this.key = createPrivateKey({ key: Buffer.concat([PKCS8_HEAD, seed]), format: 'der', type: 'pkcs8' })
    this.publicKey = publicJwk(this.key)
  }

  /** The keys by which apps check what they are told (RFC 7517). */
  async jwks(): Promise<{ keys: JWK[] }> {
    return { keys: [await this.publicKey] }
  }

  /** The headers for a viewer of one app. @param audience the app's origin */
  async headersFor({ id, username, displayName, groups }: Viewer, audience: string): Promise<Record<string, string>> {
    const { kid = '' } = await this.publicKey
    const at = Math.floor(now().getTime() / 1000)
    const token = await new SignJWT({ preferred_username: username, name: displayName, groups })
      .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid })
      .setIssuer(this.issuer)
      .setSubject(id)
      .setAudience(audience)
      .setIssuedAt(at)
      .setExpirationTime(at + LIFE_S)
      .sign(this.key)
    return { 'x-vitrine-user': username, 'x-vitrine-groups': groups.join(','), 'x-vitrine-identity': token }
  }
}

async function publicJwk(key: KeyObject): Promise<JWK> {
  const jwk = await exportJWK(createPublicKey(key))
  return { ...jwk, alg: 'EdDSA', use: 'sig', kid: await calculateJwkThumbprint(jwk) }
}
