import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import * as auth from '../api/auth'
import type { ProfileInput } from '../api/auth'
import { asProblem, sessionIsFresh, sessionOwner } from '../api/client'
import type { ApiProblem } from '../api/client'
import type { Action, Session, SignInOptions, User } from '../components/models'

/** Why someone was signed out without having asked for it. */
export type SignedOutReason = 'ended' | 'reused'

/** Who is signed in. `restore` asks the portal once; everything else follows from its answer. */
export const useSessionStore = defineStore('session', () => {
  const user = ref<User | null>(null)
  /** The session ended by itself, and why, so that the sign-in page says why one is there. */
  const signedOut = ref<SignedOutReason | null>(null)
  /** Why it is unknown who is signed in. */
  const problem = shallowRef<ApiProblem | null>(null)
  /** How one signs in here; known once it is known that nobody is. */
  const options = shallowRef<SignInOptions | null>(null)
  /** What whoever is signed in may do on the instance; of a project, `allowed` says it. */
  const allowed = shallowRef<ReadonlySet<Action>>(new Set())
  let restoring: Promise<void> | null = null
  /** Whose things this page still has in memory; empty before anyone signed in. */
  let lastUserId = ''

  const signedIn = computed(() => user.value !== null)
  const mustChangePassword = computed(() => user.value?.mustChangePassword ?? false)

  /** Takes over who the portal says is signed in. */
  function take(session: Session | null): void {
    user.value = session?.user ?? null
    if (!session) allowed.value = new Set()
    if (session) {
      lastUserId = session.user.id
      signedOut.value = null
    }
  }

  async function readPermissions(): Promise<void> {
    allowed.value = new Set((await auth.permissions()).instance)
  }

  /** Reads how one signs in here, once. @throws ApiProblem */
  async function loadOptions(): Promise<void> {
    options.value ??= await auth.signInOptions()
  }

  async function ask(): Promise<void> {
    let failed: ApiProblem | null = null
    try {
      const session = await auth.currentSession()
      take(session)
      // Signed in at the identity provider just now, as someone else than before: other tabs have to know.
      if (sessionOwner() !== '' && sessionOwner() !== session.user.id) sessionIsFresh(session.user.id)
      // Until then the portal answers nothing but what the change needs.
      if (!session.user.mustChangePassword) await readPermissions()
    } catch (error) {
      failed = asProblem(error)
      take(null)
    }
    // 401 is an answer; anything else means that we do not know.
    if (failed?.status === 401) failed = await loadOptions().then(() => null, asProblem)
    problem.value = failed
    if (failed) restoring = null
  }

  const may = (action: Action): boolean => allowed.value.has(action)

  /** Takes up the session of the cookie, asking the portal once; again when the portal gave no answer. */
  function restore(): Promise<void> {
    restoring ??= ask()
    return restoring
  }

  /** @returns whether it is someone else than before, of whom this page still has things in memory */
  async function signIn(username: string, password: string): Promise<boolean> {
    const before = lastUserId
    const session = await auth.signIn(username, password)
    take(session)
    sessionIsFresh(session.user.id)
    // The first page asks for what one may do, with everything else that it waits for.
    restoring = null
    return before !== '' && before !== lastUserId
  }

  /** Changes one's own password; every other session and all tokens of the account end. */
  async function changePassword(currentPassword: string, newPassword: string): Promise<void> {
    const session = await auth.changePassword({ currentPassword, newPassword })
    take(session)
    sessionIsFresh(session.user.id)
    if (allowed.value.size === 0) restoring = null
  }

  async function updateProfile(change: ProfileInput): Promise<void> {
    user.value = await auth.updateProfile(change)
  }

  async function signOut(): Promise<void> {
    await auth.signOut()
    take(null)
    restoring = null
  }

  /** Asks whether the session is still good; one that is not ends through {@link end}. */
  async function verify(): Promise<void> {
    try {
      take(await auth.currentSession())
    } catch (error) {
      // Who refused it has been told already; a portal that is away changes nothing.
      asProblem(error)
    }
  }

  /** The portal no longer knows this session. */
  function end(reason: SignedOutReason): void {
    if (user.value !== null) signedOut.value = reason
    take(null)
    restoring = null
  }

  return {
    user,
    signedOut,
    problem,
    options,
    signedIn,
    mustChangePassword,
    take,
    restore,
    loadOptions,
    may,
    signIn,
    changePassword,
    updateProfile,
    signOut,
    verify,
    end,
  }
})
