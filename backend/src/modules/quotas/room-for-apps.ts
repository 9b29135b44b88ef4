import { KeyedLock } from '../../common/keyed-lock.js'
import { DomainError } from '../../common/problem/domain-error.js'
import type { QuotaLimits } from './quota.js'

/** How many apps a project has, those that are being deleted left out. */
export type AppCounter = (projectId: string) => Promise<number>

/** Holds a project to its number of apps. */
export class RoomForApps {
  private readonly lock = new KeyedLock()

  constructor(
    private readonly limitsOf: (projectId: string) => Promise<Pick<QuotaLimits, 'apps'>>,
    private readonly count: AppCounter,
  ) {}

  /**
   * Stores one app more, if there is room. Within one replica one is stored after the other. Another replica may store one between the two counts: whoever
   * counts too many after that withdraws its own, so that there never are too many for good, and none that was acknowledged is lost.
   * @param store stores it
   * @param withdraw takes it back, before anyone was told of it
   * @throws DomainError `quota-apps-exceeded`, and what `store` throws
   */
  take<T>(projectId: string, store: () => Promise<T>, withdraw: () => Promise<unknown>): Promise<T> {
    return this.lock.run(projectId, async () => {
      await this.requireFor(projectId, 1)
      const stored = await store()
      try {
        await this.requireFor(projectId, 0)
      } catch (error) {
        await withdraw()
        throw error
      }
      return stored
    })
  }

  /** @param more apps than are stored already, of which one is the caller's own */
  private async requireFor(projectId: string, more: 0 | 1): Promise<void> {
    const [{ apps: limit }, used] = await Promise.all([this.limitsOf(projectId), this.count(projectId)])
    if (used + more > limit) throw new DomainError('quota-apps-exceeded', { used: more === 1 ? used : used - 1, limit })
  }
}
