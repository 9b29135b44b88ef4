const MAX_WORDS = 200
const MAX_LENGTH = 40

/**
 * The different words of a text, folded so that "Café" is found by "cafe": letters and digits only.
 * @param most of them; what comes after is left out
 */
export function wordsOf(text: string, most = MAX_WORDS): string[] {
  const folded = text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
  const words = folded.split(/[^\p{L}\p{N}]+/u).filter((word) => word !== '')
  return [...new Set(words.map((word) => word.slice(0, MAX_LENGTH)))].slice(0, most)
}
