import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import * as api from '../api/auth'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'
import type { SignedInPlace } from '../components/models'

/** Where whoever is signed in is signed in; null before the first answer. */
export const useSessionsStore = defineStore('sessions', () => {
  const items = shallowRef<SignedInPlace[] | null>(null)
  const problem = shallowRef<ApiProblem | null>(null)

  async function load(): Promise<void> {
    try {
      items.value = await api.listSessions()
      problem.value = null
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  /** Ends a session. One that has ended meanwhile is as good as ended by us. */
  async function end(id: string): Promise<void> {
    try {
      await api.endSession(id)
    } catch (error) {
      if (asProblem(error).code !== 'session-not-found') throw error
    }
    items.value = items.value?.filter((item) => item.id !== id) ?? null
  }

  /** Ends all but the one that asks. */
  async function endOthers(): Promise<void> {
    // As they are now: one may have been opened since the list was read.
    await load()
    for (const { id, current } of items.value ?? []) if (!current) await end(id)
  }

  return { items, problem, load, end, endOthers }
})
