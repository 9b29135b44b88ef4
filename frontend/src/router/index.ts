import { defineRouter } from '#q-app'
import { watch } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import type { RouteLocationNormalized } from 'vue-router'
import { i18n } from '../plugins/i18n'
import { useSessionStore } from '../stores/session'
import { recover } from './load-failure'
import { safeRedirect } from './redirect'
import { routes } from './routes'

export default defineRouter(() => {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior(to, from, saved) {
      if (saved) return saved
      // Between the tabs of a project, and while one types a search, the page stays where it is.
      return to.path === from.path || to.params['slug'] === from.params['slug'] ? false : { top: 0 }
    },
  })

  router.beforeEach(async (to) => {
    const session = useSessionStore()
    await session.restore()
    if (session.problem) return true
    const returnTo = to.fullPath === '/' ? {} : { returnTo: to.fullPath }
    if (to.name === 'login') return session.signedIn ? safeRedirect(to.query['returnTo']) : true
    if (session.mustChangePassword && to.name !== 'password') return { name: 'password', query: returnTo }
    if (session.signedIn || (session.options?.publicAccess && !to.meta.account)) return true
    return { name: 'login', query: returnTo }
  })

  router.onError((error, to) => {
    recover(error, to.fullPath, Date.now(), (address) => {
      globalThis.location.assign(address)
    })
  })

  function entitle({ meta }: RouteLocationNormalized): void {
    const key = meta.title
    const name = i18n.global.t('app.name')
    document.title = key ? `${i18n.global.t(key)} · ${name}` : name
  }
  router.afterEach(entitle)
  watch(i18n.global.locale, () => {
    entitle(router.currentRoute.value)
  })

  return router
})
