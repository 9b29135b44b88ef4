import { shallowRef } from 'vue'
import { ApiProblem } from '../api/client'

/** Why a part of this app could not be loaded; null while nothing is amiss. */
export const loadFailure = shallowRef<ApiProblem | null>(null)

const key = 'vitrine.reloaded'
const patience = 20_000

// What Chromium, Firefox and Safari say of a lazy part that did not arrive.
const pattern = /dynamically imported module|importing a module script failed|unable to preload/i

/**
 * A lazy part did not arrive: the connection broke, or a newer version of the portal has other files. Loading the
 * address anew helps in both cases. When that has just been tried, it is said instead. Answers false for other errors.
 */
export function recover(error: unknown, address: string, now: number, reload: (address: string) => void): boolean {
  if (!(error instanceof Error) || !pattern.test(error.message)) return false
  const last = Number(sessionStorage.getItem(key) ?? 0)
  if (now - last < patience) {
    loadFailure.value = new ApiProblem({ code: 'part-missing', status: 0, detail: '' })
    return true
  }
  sessionStorage.setItem(key, String(now))
  reload(address)
  return true
}
