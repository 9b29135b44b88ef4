import { defineBoot } from '#q-app'
import { useEventListener } from '@vueuse/core'
import { watch } from 'vue'
import type { ApiProblem } from '../api/client'
import { listenToSession, refreshSession, sessionIsOld, sessionOwnerIn } from '../api/client'
import { safeRedirect } from '../router/redirect'
import { useLiveStore } from '../stores/live'
import { useSessionStore } from '../stores/session'
import { useSystemStore } from '../stores/system'

/** What begins and ends with a session: the event stream, its refresh ahead of time, and the way to and from the sign-in page. */
export default defineBoot(({ router }) => {
  const session = useSessionStore()
  const live = useLiveStore()
  const system = useSystemStore()
  const here = (): string => safeRedirect(router.currentRoute.value.fullPath)

  function end(problem?: ApiProblem): void {
    if (!session.signedIn) return
    session.end(problem?.code === 'session-reused' ? 'reused' : 'ended')
    void router.push({ name: 'login', query: here() === '/' ? {} : { returnTo: here() } })
  }

  listenToSession({
    onSignedOut: end,
    onRefreshed: (next) => {
      if (session.user && session.user.id !== next.user.id) globalThis.location.reload()
      else if (session.user) session.take(next)
    },
    onPasswordRequired: () => void session.verify(),
    onDoubt: () => void session.verify(),
  })
  watch(
    () => session.mustChangePassword,
    (must) => {
      // The first page of all is the router's to choose.
      if (must && router.currentRoute.value.matched.length > 0) void router.push({ name: 'password', query: { returnTo: here() } })
    },
  )
  useEventListener(globalThis, 'storage', (event: StorageEvent) => {
    const owner = sessionOwnerIn(event)
    // The cookies are those of someone else now: nothing that this page shows may be taken for theirs.
    if (owner !== null && session.user && session.user.id !== owner) globalThis.location.reload()
  })
  watch(
    // Until a password that someone else has set is changed, the portal answers nothing else.
    () => (session.mustChangePassword ? undefined : session.user?.id),
    (id) => {
      live.close()
      if (id === undefined) return
      live.open(end)
      void system.refresh()
    },
    { immediate: true },
  )

  /** Refreshes the session ahead of use. That it failed is told by whatever is done next. */
  async function freshen(): Promise<void> {
    if (!session.signedIn || !sessionIsOld()) return
    await refreshSession().catch(() => undefined)
  }

  useEventListener(globalThis.document, 'visibilitychange', () => {
    if (globalThis.document.visibilityState === 'visible') void freshen()
  })
  let letThrough = false
  // A download is a plain navigation: it shows what the portal refuses instead of refreshing, so the session is refreshed before.
  useEventListener(
    globalThis.document,
    'click',
    (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest('a') : null
      const isOurs = link !== null && link.origin === globalThis.location.origin && link.pathname.startsWith('/api/')
      if (letThrough || !isOurs || !session.signedIn || !sessionIsOld()) return
      event.preventDefault()
      void freshen().then(() => {
        letThrough = true
        if (session.signedIn) link.click()
        letThrough = false
      })
    },
    { capture: true },
  )
})
