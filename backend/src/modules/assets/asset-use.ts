import { Injectable } from '@nestjs/common'

/** The ids of the assets that one module's texts of a project show. Throws while it cannot say. */
export type AssetUser = (projectId: string) => Promise<ReadonlySet<string>>

/** Knows who uses assets: every module that keeps texts or covers registers here, and nothing that it names is ever swept. */
@Injectable()
export class AssetUse {
  private readonly users = new Map<string, AssetUser>()

  /** Registers what one module uses, for the life of the process. */
  register(name: string, find: AssetUser): void {
    this.users.set(name, find)
  }

  /** All assets of the project that something uses. @throws when one module cannot say: then nothing may be taken for unused */
  async of(projectId: string): Promise<Set<string>> {
    const used = await Promise.all([...this.users.values()].map((find) => find(projectId)))
    return new Set(used.flatMap((ids) => [...ids]))
  }
}
