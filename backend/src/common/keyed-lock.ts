/** Lets one piece of work per key run at a time, in the order of arrival, within this process. */
export class KeyedLock {
  private readonly tails = new Map<string, Promise<unknown>>()

  /** Runs `work` once every earlier one of the same key has ended, however it ended. */
  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.tails.get(key)
    const mine = before ? before.then(work, work) : work()
    this.tails.set(key, mine)
    try {
      return await mine
    } finally {
      if (this.tails.get(key) === mine) this.tails.delete(key)
    }
  }
}
