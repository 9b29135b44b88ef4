import { useI18n } from 'vue-i18n'
import type { Task } from '../api/tasks'

/** What a task is called: by what it was asked to do, as far as this page knows that. */
export function useTaskName(): (task: Pick<Task, 'kind' | 'params'>) => string {
  const { t } = useI18n()
  return ({ kind, params: { what, format } }) => {
    if ((what !== 'published' && what !== 'drafts') || (format !== 'html' && format !== 'pdf')) return t(`bulkExport.kind.${kind}`)
    return t(`bulkExport.name.${what}`, { format: t(`bulkExport.format.${format}`) })
  }
}
