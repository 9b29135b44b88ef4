/** One way of signing in that a server offers. */
export interface Challenge {
  /** In small letters. */
  scheme: string
  parameters: Record<string, string>
}

const MAX_LENGTH = 8 * 1024
// https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1: a scheme, or a parameter as a token or a quoted text.
const PART = /\s*(?:([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~:/?-]+))|([\w!#$%&'*+.^`|~-]+))\s*(?:,|(?=\s)|$)/y

/** The challenges of a `WWW-Authenticate` header, in their order; those after something that cannot be read are left out. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: Challenge[] = []
  if (header.length > MAX_LENGTH) return challenges
  PART.lastIndex = 0
  for (let match = PART.exec(header); match; match = PART.exec(header)) {
    const [all, name, quoted, bare, scheme] = match
    if (all === '') break
    if (scheme !== undefined) challenges.push({ scheme: scheme.toLowerCase(), parameters: {} })
    else if (name !== undefined)
      Object.assign(challenges.at(-1)?.parameters ?? {}, { [name.toLowerCase()]: quoted?.replaceAll(/\\(.)/g, '$1') ?? bare ?? '' })
    if (PART.lastIndex >= header.length) break
  }
  return challenges
}
