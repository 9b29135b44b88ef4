import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import * as api from '../api/admin'
import type { Group } from '../api/admin'
import { asProblem } from '../api/client'

/** All groups, to choose from. A page that lists groups reads them itself. */
export const useAdminGroupsStore = defineStore('admin-groups', () => {
  const all = shallowRef<Group[]>([])

  /** Reads them; when that fails, what is known stays: there is less to choose from, nothing else. */
  async function load(): Promise<void> {
    try {
      all.value = await api.allGroups()
    } catch (error) {
      asProblem(error)
    }
  }

  return { all, load }
})
