import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import * as auth from '../api/auth'
import { asProblem, setCsrfToken } from '../api/client'
import type { ApiProblem } from '../api/client'
import type { Session, User } from '../components/models'

/** Who is signed in. `restore` asks the portal once; everything else follows from its answer. */
export const useSessionStore = defineStore('session', () => {
  const user = ref<User | null>(null)
  /** The session ended by itself, so the sign-in page says why one is there. */
  const expired = ref(false)
  /** Why it is unknown who is signed in. */
  const problem = shallowRef<ApiProblem | null>(null)
  let restoring: Promise<void> | null = null

  const signedIn = computed(() => user.value !== null)

  function take(session: Session | null): void {
    user.value = session?.user ?? null
    setCsrfToken(session?.csrfToken ?? '')
  }

  async function ask(): Promise<void> {
    try {
      take(await auth.currentSession())
      problem.value = null
    } catch (error) {
      const failed = asProblem(error)
      take(null)
      // 401 is an answer; anything else means that we do not know.
      problem.value = failed.status === 401 ? null : failed
      if (problem.value) restoring = null
    }
  }

  /** Takes up the session of the cookie, asking the portal once; again when the portal gave no answer. */
  function restore(): Promise<void> {
    restoring ??= ask()
    return restoring
  }

  async function signIn(username: string, password: string): Promise<void> {
    take(await auth.signIn(username, password))
    expired.value = false
    restoring = Promise.resolve()
  }

  async function signOut(): Promise<void> {
    await auth.signOut()
    take(null)
    expired.value = false
  }

  /** The portal no longer knows this session. */
  function end(): void {
    expired.value = user.value !== null
    take(null)
  }

  /** Owners and admins change a project; everyone who is signed in reads it. */
  function mayEdit(project: { owner: { id: string } }): boolean {
    return user.value?.role === 'admin' || user.value?.id === project.owner.id
  }

  return { user, expired, problem, signedIn, restore, signIn, signOut, end, mayEdit }
})
