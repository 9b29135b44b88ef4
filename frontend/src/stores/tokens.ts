import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import * as api from '../api/auth'
import { asProblem } from '../api/client'
import type { ApiProblem } from '../api/client'
import type { ApiToken, CreatedApiToken, TokenInput } from '../components/models'

/** The API tokens of whoever is signed in. The value of a new one is answered, never kept. */
export const useTokensStore = defineStore('tokens', () => {
  const items = shallowRef<ApiToken[]>([])
  const loaded = ref(false)
  const problem = shallowRef<ApiProblem | null>(null)

  async function load(): Promise<void> {
    try {
      items.value = await api.listTokens()
      loaded.value = true
      problem.value = null
    } catch (error) {
      problem.value = asProblem(error)
    }
  }

  async function create(input: TokenInput): Promise<CreatedApiToken> {
    const { token, ...rest } = await api.createToken(input)
    items.value = [rest, ...items.value]
    return { ...rest, token }
  }

  async function revoke(id: string): Promise<void> {
    await api.revokeToken(id)
    items.value = items.value.filter((item) => item.id !== id)
  }

  return { items, loaded, problem, load, create, revoke }
})
