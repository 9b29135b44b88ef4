/** Words that say that a value is confidential, whatever it looks like. */
const ALWAYS = new Set(['PASSWORD', 'PASSWD', 'PASSPHRASE', 'PASS', 'PWD', 'SECRET', 'SECRETS', 'CREDENTIAL', 'CREDENTIALS'])
/** Words that say so of a value that could be one: not of a number or of yes and no, as in `TOKEN_LIMIT=512`. */
const MOSTLY = new Set(['KEY', 'KEYS', 'APIKEY', 'TOKEN', 'AUTH', 'BEARER'])
/** What a name ends with that says where the secret is, or something about it. */
const ABOUT = new Set(['FILE', 'PATH', 'DIR', 'NAME', 'URL', 'HEADER', 'LENGTH', 'LIMIT', 'COUNT', 'SIZE', 'TTL', 'TYPE', 'ENABLED'])
/** Tokens that a language model reads are no secrets: they have a name before them. */
const MODEL_WORDS = new Set(['PAD', 'EOS', 'BOS', 'UNK', 'MASK', 'CLS', 'SEP', 'STOP', 'PARTITION', 'SORT', 'PRIMARY', 'FOREIGN', 'PUBLIC'])

/** The forms in which well-known services give out their secrets. */
const FORMS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\b(?:AKIA|ASIA)[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{20,}/,
  /\bgithub_pat_[A-Za-z0-9_]{20,}/,
  /\bglpat-[A-Za-z0-9_-]{16,}/,
  /\bhf_[A-Za-z0-9]{20,}/,
  /\bsk-[A-Za-z0-9_-]{20,}/,
  /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/,
  /\bAIza[0-9A-Za-z_-]{35}/,
  /\bnpm_[A-Za-z0-9]{30,}/,
  /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./,
  // A password within an address.
  /^[a-z][a-z0-9+.-]*:\/\/[^/\s:@]*:[^/\s@]+@/i,
]

/**
 * Whether a variable of an app's environment looks like a secret, by its name or by its value. A guess: it finds what people commonly put there by mistake, and
 * is never a reason to think that what it does not find is none.
 */
export function looksSecret({ name, value }: { name: string; value: string }): boolean {
  const trimmed = value.trim()
  if (trimmed === '') return false
  return FORMS.some((form) => form.test(trimmed)) || namesSecret(name, trimmed) || isRandom(trimmed)
}

function namesSecret(name: string, value: string): boolean {
  const words = wordsOf(name)
  const last = words.at(-1) ?? ''
  if (ABOUT.has(last)) return false
  if (words.some((word) => ALWAYS.has(word))) return !isSwitch(value)
  if (words.some((word) => MODEL_WORDS.has(word))) return false
  return words.some((word) => MOSTLY.has(word)) && !isSwitch(value) && !/^\d{1,9}$/.test(value)
}

const isSwitch = (value: string): boolean => /^(?:true|false|yes|no|on|off|none|null)$/i.test(value)

/** `apiKey`, `API_KEY` and `api-key` are two words each, in capitals. */
const wordsOf = (name: string): string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '')

const LEAST_RANDOM = 28
const LEAST_BITS = 3.8

/**
 * Whether a text is as irregular as what a generator of keys makes: long, of one piece, with capitals, small letters and digits that follow each other without
 * order. Digests in hex are not, nor are names of models and paths.
 */
function isRandom(value: string): boolean {
  if (value.length > 4_096 || !/^[A-Za-z0-9+/_=.-]+$/.test(value)) return false
  const core = value.replace(/[^A-Za-z0-9]/g, '')
  if (core.length < LEAST_RANDOM || value.length - core.length > value.length / 10) return false
  const kinds = [...core].map((sign) => (/\d/.test(sign) ? 0 : /[a-z]/.test(sign) ? 1 : 2))
  if (new Set(kinds).size < 3) return false
  const turns = kinds.filter((kind, index) => index > 0 && kind !== kinds[index - 1]).length
  return turns / (kinds.length - 1) >= 0.4 && bitsOf(core) >= LEAST_BITS
}

/** Shannon's entropy of the signs of a text, in bits for each. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>()
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1)
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0)
}
