import type { Resources } from './resources.js'

/** A preset that people choose for their apps. An app keeps a copy of its resources: changing or deleting a preset changes no app. */
export interface Size extends Resources {
  /** A name, given once, as in `small`. */
  id: string
  title: string
  description: string
  /** What an app gets that names none; exactly one has it. */
  isDefault: boolean
  /** The presets are shown by this, then by id. */
  order: number
  /** Raised by each change. */
  revision: number
}

/** All presets. They are kept together, so that one write moves the default from one to another. */
export interface SizeCatalogue {
  sizes: Size[]
  /** Raised by each change of any of them. */
  revision: number
}

export const SIZE_ID = /^[a-z][a-z0-9-]{0,30}$/
export const MAX_SIZES = 50
export const MAX_ORDER = 10_000

/** What is there until an admin changes it. */
export const BUILT_IN_SIZES: readonly Size[] = [
  {
    id: 'small',
    title: 'Small',
    description: 'A page or a small model on the processor.',
    ...{ cpuMillis: 50, cpuLimitMillis: 2_000, memoryMiB: 128, memoryLimitMiB: 2_048, ephemeralMiB: 2_048, gpus: 0 },
    isDefault: true,
    order: 10,
    revision: 1,
  },
  {
    id: 'medium',
    title: 'Medium',
    description: 'A model that needs some memory, or several people at once.',
    ...{ cpuMillis: 500, cpuLimitMillis: 4_000, memoryMiB: 1_024, memoryLimitMiB: 4_096, ephemeralMiB: 8_192, gpus: 0 },
    isDefault: false,
    order: 20,
    revision: 1,
  },
  {
    id: 'large',
    title: 'Large',
    description: 'A large model on the processor.',
    ...{ cpuMillis: 2_000, cpuLimitMillis: 8_000, memoryMiB: 8_192, memoryLimitMiB: 16_384, ephemeralMiB: 16_384, gpus: 0 },
    isDefault: false,
    order: 30,
    revision: 1,
  },
  {
    id: 'gpu',
    title: 'GPU',
    description: 'A model on a whole GPU.',
    ...{ cpuMillis: 2_000, cpuLimitMillis: 8_000, memoryMiB: 8_192, memoryLimitMiB: 16_384, ephemeralMiB: 16_384, gpus: 1 },
    isDefault: false,
    order: 40,
    revision: 1,
  },
]

/** As they are shown. */
export const inOrder = (sizes: readonly Size[]): Size[] => sizes.toSorted((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1))

/** The presets with one more, or with another one in the place of that id. One that becomes the default takes that from the one that was. */
export function withSize(sizes: readonly Size[], size: Size): Size[] {
  const others = sizes
    .filter(({ id }) => id !== size.id)
    .map((other) => (size.isDefault && other.isDefault ? { ...other, isDefault: false, revision: other.revision + 1 } : other))
  return [...others, size]
}
