import { defineBoot } from '#q-app'
import { i18n, languages, useLanguage } from '../plugins/i18n'

export default defineBoot(async ({ app }) => {
  app.use(i18n)
  const wanted = navigator.languages.map((language) => language.slice(0, 2).toLowerCase())
  await useLanguage(wanted.find((language) => languages.includes(language)) ?? 'en')
})
