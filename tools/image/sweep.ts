import { join } from 'node:path'
import { run } from '../stack/exec.ts'
import { list, readText, remove } from '../stack/files.ts'
import { mountsBelow } from '../stack/cluster/sweep.ts'
import { cacheDir, hostDir } from '../stack/paths.ts'

/** Everything that this tool keeps: buildah's storage with the base, finished images, pip's downloads. */
export const imagesDir = join(cacheDir, 'images')

/** What a build works in. Only the holder of the lock touches it. */
export const scratchDir = join(imagesDir, 'scratch')

/** buildah's state of what runs. */
export const runRoot = join(hostDir, 'images')

/**
 * Cleans up after a build that was killed. What it had mounted goes first: debootstrap mounts this host's /proc, and
 * nothing must be deleted through that.
 */
export async function sweep(): Promise<void> {
  const mounts = mountsBelow(readText('/proc/mounts') ?? '', [imagesDir, runRoot])
  if (mounts.length > 0) await run('umount', ['-l', ...mounts])
  remove(scratchDir)
}

/** Removes everything. */
export async function clean(): Promise<void> {
  await sweep()
  for (const path of [imagesDir, runRoot]) if (list(path).length > 0) remove(path)
}
