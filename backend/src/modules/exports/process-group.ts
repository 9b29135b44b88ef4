import { readdir, readFile } from 'node:fs/promises'

const PAGE_BYTES = 4_096

/** Ends every process of a group, at once. Nothing happens when there is none any more. */
export function endGroup(group: number): void {
  try {
    process.kill(-group, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error) || error.code !== 'ESRCH') throw error
  }
}

/** Whether there is a process with that id, of whomever. */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * How many bytes of memory the processes of a group have together; pages that they share count for each of them. 0 where the system has no /proc.
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export async function memoryOfGroup(group: number): Promise<number> {
  const names = await readdir('/proc').catch(() => [])
  let pages = 0
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue
    // It may be gone by now.
    const stat = await readFile(`/proc/${name}/stat`, 'latin1').catch(() => '')
    // The name of the program comes second, in brackets, and may have anything in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(fields[2]) === group) pages += Number(fields[21]) || 0
  }
  return pages * PAGE_BYTES
}
