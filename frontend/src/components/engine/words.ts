/** A command line as its words, or why it has none. */
export type Words = { words: string[]; problem: null } | { words: []; problem: 'open-quote' | 'open-escape' }

/**
 * The words of a command line, with the quoting of a POSIX shell and nothing else of one: `'…'` takes everything as it is, in `"…"` a backslash
 * stands before `"`, `\`, `$` and a backtick, outside of quotes before anything. Line ends part words as spaces do; variables stay as they are written.
 */
export function wordsOf(line: string): Words {
  const words: string[] = []
  let word: string | null = null
  let quote = ''
  for (let at = 0; at < line.length; at += 1) {
    const sign = line.charAt(at)
    if (quote === "'") {
      if (sign === "'") quote = ''
      else word += sign
    } else if (sign === '\\') {
      const next = line.charAt(at + 1)
      if (next === '') return { words: [], problem: quote ? 'open-quote' : 'open-escape' }
      at += 1
      // A line that goes on in the next one.
      if (next === '\n') continue
      word = (word ?? '') + (quote && !'"\\$`'.includes(next) ? sign + next : next)
    } else if (quote) {
      if (sign === quote) quote = ''
      else word += sign
    } else if (sign === '"' || sign === "'") {
      quote = sign
      word ??= ''
    } else if (/\s/.test(sign)) {
      if (word !== null) words.push(word)
      word = null
    } else {
      word = (word ?? '') + sign
    }
  }
  if (quote) return { words: [], problem: 'open-quote' }
  if (word !== null) words.push(word)
  return { words, problem: null }
}

/** A command line that {@link wordsOf} takes apart into these words: what needs quotes gets single ones. */
export function lineOf(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./$-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ')
}
