import { ApiProblem } from '../api/client'

/**
 * Reads things again, each by its id. Changes that come while one is read lead to one more read, not to one each.
 * @param put takes over what was read
 * @param drop forgets one that is not there any more
 * @returns what reads one again. What else the portal answers changes nothing: the next change tries again
 */
export function refresher<T>(
  read: (id: string) => Promise<T>,
  put: (thing: T) => void,
  drop: (id: string) => void,
): (id: string) => Promise<void> {
  /** Those that are being read; true when something changed again meanwhile. */
  const reading = new Map<string, boolean>()
  return async function refresh(id) {
    if (reading.has(id)) {
      reading.set(id, true)
      return
    }
    reading.set(id, false)
    try {
      put(await read(id))
    } catch (error) {
      if (!(error instanceof ApiProblem)) throw error
      if (error.status === 404) drop(id)
    }
    const again = reading.get(id)
    reading.delete(id)
    if (again) await refresh(id)
  }
}
