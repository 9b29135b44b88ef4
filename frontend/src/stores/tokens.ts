import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import * as api from '../api/auth'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'
import { getProject } from '../api/projects'
import type { ApiToken, CreatedApiToken, TokenInput } from '../components/models'

/** The API tokens of whoever is signed in. The value of a new one is answered, never kept. */
export const useTokensStore = defineStore('tokens', () => {
  const items = shallowRef<ApiToken[]>([])
  const loaded = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)

  /** Titles of the projects that tokens are bound to, by id; of those that can still be read. */
  const titles = shallowRef<ReadonlyMap<string, string>>(new Map())

  async function load(): Promise<void> {
    try {
      items.value = await api.listTokens()
      loaded.value = true
      problem.value = null
      await readTitles()
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  async function readTitles(): Promise<void> {
    const ids = new Set(items.value.map(({ projectId }) => projectId).filter((id) => id !== null))
    const found = await Promise.allSettled([...ids].map((id) => getProject(id)))
    titles.value = new Map(found.flatMap((one) => (one.status === 'fulfilled' ? [[one.value.id, one.value.title] as const] : [])))
  }

  async function create(input: TokenInput): Promise<CreatedApiToken> {
    const { token, ...rest } = await api.createToken(input)
    items.value = [rest, ...items.value]
    await readTitles()
    return { ...rest, token }
  }

  async function revoke(id: string): Promise<void> {
    await api.revokeToken(id)
    items.value = items.value.filter((item) => item.id !== id)
  }

  return { items, titles, loaded, problem, load, create, revoke }
})
