import { USERNAME } from '../../iam/users/user.js'
import type { Config } from '../../../config/config.js'

/** What an identity provider says of someone: the claims of an id token or of the userinfo. */
export type Claims = Readonly<Record<string, unknown>>

/** Someone whom the identity provider has vouched for. */
export interface Identity {
  issuer: string
  /** Unique and stable at the issuer. */
  subject: string
  /** A name of ours made from theirs, not necessarily free; null when nothing of theirs makes one. */
  username: string | null
  displayName: string | null
  /** Only an address that the provider has verified. */
  email: string | null
  /** Names of their groups. */
  groups: readonly string[]
  /** Whether the provider has said that there are more groups than it sends. */
  groupsLeftOut: boolean
}

type ClaimSettings = Pick<Config, 'oidcGroupsClaim' | 'oidcGroups' | 'oidcAdminGroups' | 'oidcAllowedGroups'>

// More than a person is in; what is above comes from a mistake and is not worth the time.
const MAX_GROUPS_READ = 10_000
const MAX_GROUP_NAME = 256
/** How many groups of a person become groups of ours. */
export const MAX_GROUPS = 200
const MAX_DISPLAY_NAME = 120
const MAX_EMAIL = 254

/** Whether groups matter here at all. */
const groupsMatter = ({ oidcGroups, oidcAdminGroups, oidcAllowedGroups }: ClaimSettings): boolean =>
  oidcGroups !== null || oidcAdminGroups !== null || oidcAllowedGroups !== null

/** Whether the id token lacks something that the userinfo may have. */
export function needsUserinfo(idToken: Claims, settings: ClaimSettings): boolean {
  const wanted = ['preferred_username', 'name', 'email', 'email_verified', ...(groupsMatter(settings) ? [settings.oidcGroupsClaim] : [])]
  return wanted.some((claim) => own(idToken, claim) === undefined)
}

/** Who it is, from the claims of the id token and, for what is missing there, of the userinfo. Pure; takes claims of any shape. */
export function identityOf(issuer: string, subject: string, idToken: Claims, userinfo: Claims, settings: ClaimSettings): Identity {
  const claim = (name: string): unknown => own(idToken, name) ?? own(userinfo, name)
  const groups = claim(settings.oidcGroupsClaim)
  return {
    issuer,
    subject,
    username: usernameFrom(claim('preferred_username')) ?? usernameFrom(claim('email')),
    displayName: textFrom(claim('name'), MAX_DISPLAY_NAME),
    // An address and whether it is verified belong together: never one from here and one from there.
    email: verifiedEmail(idToken) ?? verifiedEmail(userinfo),
    groups: groupsFrom(groups),
    groupsLeftOut: groupsMatter(settings) && groups === undefined && namesOverage(idToken, settings.oidcGroupsClaim),
  }
}

/** The names of our groups that someone belongs to by the configured rules; at most {@link MAX_GROUPS}. */
export function groupNamesOf(groups: readonly string[], rules: Config['oidcGroups']): string[] {
  if (rules === null) return []
  const names = rules === '*' ? groups.filter((name) => USERNAME.test(name)) : groups.flatMap((name) => rules.get(name) ?? [])
  return [...new Set(names)].slice(0, MAX_GROUPS)
}

/** A name in the form of ours from a name or an address of theirs, or null. */
export function usernameFrom(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const [local = ''] = value.slice(0, 300).split('@')
  const name = local
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .slice(0, 56) // Leaves room for a suffix.
    .replace(/^[^a-z0-9]+|[^a-z0-9]+$/g, '')
  return USERNAME.test(name) ? name : null
}

function groupsFrom(value: unknown): string[] {
  const list: unknown[] = Array.isArray(value) ? value.slice(0, MAX_GROUPS_READ) : [value]
  return [...new Set(list.filter((item) => typeof item === 'string').filter((name) => name !== '' && name.length <= MAX_GROUP_NAME))]
}

function verifiedEmail(claims: Claims): string | null {
  const email = own(claims, 'email')
  if (own(claims, 'email_verified') !== true || typeof email !== 'string') return null
  return email.length <= MAX_EMAIL && /^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$/u.test(email) ? email : null
}

function textFrom(value: unknown, most: number): string | null {
  if (typeof value !== 'string') return null
  const text = value.replace(/\p{Cc}+/gu, ' ').trim()
  return text.slice(0, most).toWellFormed().trim() || null
}

/** Entra ID leaves groups out when there are many, and says so by these claims. */
function namesOverage(idToken: Claims, groupsClaim: string): boolean {
  const elsewhere = own(idToken, '_claim_names')
  return (
    own(idToken, 'hasgroups') === true || (typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, groupsClaim))
  )
}

const own = (claims: Claims, name: string): unknown => (Object.hasOwn(claims, name) ? (claims[name] ?? undefined) : undefined)
