import { useI18n } from 'vue-i18n'
import type { ChecklistItem } from '../api/publications'

/** What an item of the checklist says, and in which language where that is not the one of the page. */
export interface ChecklistWords {
  title: string
  detail: string
  lang: 'en' | undefined
}

/** Says items of the checklist in the language of the page. One that this page does not know says it in the portal's own words, which are English. */
export function useChecklistWords(): (item: ChecklistItem) => ChecklistWords {
  const i18n = useI18n()
  const { t } = i18n

  return ({ id, state, title, detail, params }) => {
    if (!i18n.te(`publish.item.${id}.title`)) return { title, detail, lang: 'en' }
    const figure = (name: string): number => Number(params[name] ?? 0)
    const say = (key: string, count = 1, named: Record<string, string> = {}): string =>
      t(`publish.item.${id}.${key}`, { ...params, ...named }, count)

    function details(): string {
      if (state === 'ok') {
        if (id === 'limitations') return say('ok', figure('words'))
        if (id === 'dataset') return say('ok', 1, { datasets: say('datasets', figure('datasets')), files: say('files', figure('files')) })
        return say('ok')
      }
      if (id === 'limitations') return `${say('todo', figure('wanted'))} ${say('soFar', figure('words'))}`
      if (id === 'app') return say(figure('apps') === 0 ? 'todo' : 'waiting')
      if (id === 'secrets') return say('todo', 1, figure('more') > 0 ? { variables: say('andMore', figure('more')) } : {})
      if (id === 'alt') return say('todo', figure('images'))
      return say('todo')
    }
    return { title: say('title'), detail: details(), lang: undefined }
  }
}
