import { defineStore } from 'pinia'
import { ref } from 'vue'
import { ApiProblem } from '../api/client'
import { getCapabilities } from '../api/system'
import type { Capabilities } from '../components/models'
import { useLiveStore } from './live'

/** What this instance can do right now. */
export const useSystemStore = defineStore('system', () => {
  const live = useLiveStore()
  const capabilities = ref<Capabilities | null>(null)

  async function refresh(): Promise<void> {
    try {
      capabilities.value = await getCapabilities()
    } catch (error) {
      // What was known stays shown; the connection bar tells that it may be old.
      if (!(error instanceof ApiProblem)) throw error
    }
  }

  live.on('system.changed', () => void refresh())
  live.on('resumed', () => void refresh())

  return { capabilities, refresh }
})
