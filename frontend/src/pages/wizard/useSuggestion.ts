import { useI18n } from 'vue-i18n'
import type { CardSection } from '../../api/card'
import type { Project } from '../../components/models'
import type { RichText } from '../../plugins/tiptap/document'
import { useDatasetsStore } from '../../stores/datasets'
import { suggestionFor } from './suggest'

/** Suggests a text for a section of a project's card, made of what is known of the project. */
export function useSuggestion(project: () => Project): (section: CardSection) => RichText {
  const { t } = useI18n()
  const datasets = useDatasetsStore()
  return (section) => {
    const { id, title, task, frameworks } = project()
    const facts = {
      title,
      task,
      taskName: task ? t(`tasks.${task}`) : '',
      frameworks,
      datasets: datasets.projectId === id ? datasets.items.map(({ name }) => name) : [],
    }
    return suggestionFor(section, facts, (key, values = {}) => t(`wizard.suggestion.${key}`, values))
  }
}
