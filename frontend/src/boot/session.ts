import { defineBoot } from '#q-app'
import { watch } from 'vue'
import { whenSignedOut } from '../api/client'
import { safeRedirect } from '../router/redirect'
import { useLiveStore } from '../stores/live'
import { useSessionStore } from '../stores/session'
import { useSystemStore } from '../stores/system'

/** What begins and ends with a session: the event stream, and the way to and from the sign-in page. */
export default defineBoot(({ router }) => {
  const session = useSessionStore()
  const live = useLiveStore()
  const system = useSystemStore()

  function end(): void {
    if (!session.signedIn) return
    session.end()
    const from = safeRedirect(router.currentRoute.value.fullPath)
    void router.push({ name: 'login', query: from === '/' ? {} : { redirect: from } })
  }

  whenSignedOut(end)
  watch(
    () => session.user?.id,
    (id) => {
      live.close()
      if (id === undefined) return
      live.open(end)
      void system.refresh()
    },
    { immediate: true },
  )
})
