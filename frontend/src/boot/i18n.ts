import { defineBoot } from '#q-app'
import { useLanguage } from '../composables/useLanguage'
import { i18n } from '../plugins/i18n'

export default defineBoot(async ({ app }) => {
  app.use(i18n)
  await useLanguage().ready
})
