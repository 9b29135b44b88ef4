import type { Size, SizeCatalogue } from './size.js'

/** Where the presets are kept. */
export abstract class SizeRepository {
  /** Null before the first are stored. */
  abstract read(): Promise<SizeCatalogue | null>
  /** Stores the first ones; does nothing when there are some. */
  abstract begin(sizes: readonly Size[]): Promise<void>
  /** Replaces all if they are still at `revision`. @returns whether they were */
  abstract replace(revision: number, sizes: readonly Size[]): Promise<boolean>
}
