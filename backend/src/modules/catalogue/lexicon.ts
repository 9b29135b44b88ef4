/**
 * The different words of many texts, each by a small number, so that a text is a short list of numbers. A word that no text uses any more is forgotten and
 * its number given to another.
 */
export class Lexicon {
  private readonly ids = new Map<string, number>()
  private readonly words: string[] = []
  private readonly uses: number[] = []
  private readonly free: number[] = []

  /** How many different words there are. */
  get size(): number {
    return this.ids.size
  }

  /** The numbers of the words, each of which is used once more from now on. */
  acquire(words: readonly string[]): Uint32Array {
    return Uint32Array.from(words, (word) => {
      const known = this.ids.get(word)
      if (known !== undefined) {
        this.uses[known] = (this.uses[known] ?? 0) + 1
        return known
      }
      const id = this.free.pop() ?? this.words.length
      this.ids.set(word, id)
      this.words[id] = word
      this.uses[id] = 1
      return id
    })
  }

  /** Ends one use of each of the words. */
  release(ids: Uint32Array): void {
    for (const id of ids) {
      const left = (this.uses[id] ?? 0) - 1
      this.uses[id] = left
      if (left > 0) continue
      this.ids.delete(this.words[id] ?? '')
      this.words[id] = ''
      this.free.push(id)
    }
  }

  /** Which numbers are of words that begin so: 1 at each of them. */
  beginningWith(prefix: string): Uint8Array {
    const found = new Uint8Array(this.words.length)
    for (const [word, id] of this.ids) if (word.startsWith(prefix)) found[id] = 1
    return found
  }
}
