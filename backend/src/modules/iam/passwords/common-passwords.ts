import { dictionary } from '@zxcvbn-ts/language-common'

/** Shorter parts say nothing: every text is made of them. */
const MIN_PART = 4
/** What people write for a letter. */
const LOOKALIKES: Record<string, string> = { '@': 'a', '4': 'a', '3': 'e', '1': 'i', '!': 'i', '0': 'o', $: 's', '5': 's', '7': 't' }
const ROWS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjkl', 'zxcvbnm', 'qwertzuiop', 'azertyuiop']

/** About 49,000 passwords that are tried first wherever passwords are guessed; in small letters, read at the first use. */
let common: Set<string> | undefined
const list = (): Set<string> => (common ??= new Set(dictionary['passwords-common'].map(String).map((word) => word.toLowerCase())))

/**
 * Whether a password is one that is tried early: a common one, also with digits and signs around it, written with look-alikes, written twice, two of
 * them together; or a run along the keyboard or the alphabet. Pure, and well below a millisecond.
 */
export function isCommon(password: string): boolean {
  const plain = password.toLowerCase()
  if (list().has(plain) || list().has(unitOf(plain))) return true
  // The digits and signs around the words are what a rule of composition makes people add.
  const candidates = new Set([plain, withoutLookalikes(plain), core(plain), core(withoutLookalikes(plain)), withoutLookalikes(core(plain))])
  return [...candidates].some((text) => isMadeOfCommon(text) || isRun(text))
}

/** One or two common ones, once or repeated, with nothing between them but digits and signs. */
function isMadeOfCommon(text: string): boolean {
  const unit = unitOf(text)
  if (list().has(unit)) return true
  for (let at = 1; at < unit.length; at++) {
    const [head, tail] = [unit.slice(0, at), unit.slice(at)]
    if (isPart(head) && isPart(tail)) return true
  }
  return false
}

const isPart = (text: string): boolean => {
  const word = core(text)
  return (word.length >= MIN_PART || word === text) && text.length >= MIN_PART && list().has(word)
}

const core = (text: string): string => text.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '')

const withoutLookalikes = (text: string): string => text.replace(/[@431!0$57]/g, (sign) => LOOKALIKES[sign] ?? sign)

/** What a text repeats, all of it if nothing: "abc" of "abcabcabc", also when it breaks off in the middle. */
function unitOf(text: string): string {
  for (let length = 1; length <= text.length / 2; length++) {
    const unit = text.slice(0, length)
    if (unit.repeat(Math.ceil(text.length / length)).startsWith(text)) return unit
  }
  return text
}

/** Whether it is nothing but pieces of three or more keys in a row, of the alphabet or of the keyboard, in either direction. */
function isRun(text: string): boolean {
  let at = 0
  while (at < text.length) {
    let length = 0
    for (const row of ROWS) for (const keys of [row, reversed(row)]) length = Math.max(length, commonRun(text, at, keys))
    if (length < 3) return false
    at += length
  }
  return text !== ''
}

function commonRun(text: string, at: number, keys: string): number {
  const from = keys.indexOf(text[at] ?? '')
  let length = 0
  while (from >= 0 && at + length < text.length && text[at + length] === keys[from + length]) length++
  return length
}

const reversed = (text: string): string => [...text].reverse().join('')
