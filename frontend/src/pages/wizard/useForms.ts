import { computed, watch, type ComputedRef } from 'vue'
import { useI18n } from 'vue-i18n'
import { cardSections, getCard, saveCardSection, type Card, type CardTexts } from '../../api/card'
import type { Project } from '../../components/models'
import { useAutosave, type Autosave } from '../../composables/useAutosave'
import { isEmptyText } from '../../plugins/tiptap/document'
import { useProjectsStore } from '../../stores/projects'
import { cleaned, fieldsOf, limits, mistakesOf, type ProjectFields } from './form'

/** What is wrong with the fields of a project, in words, by path: what is seen here, else what the portal said. */
export type FieldErrors = Record<string, string>

/** The fields of a project, which store themselves. */
export function useProjectForm(project: () => Project): { form: Autosave<ProjectFields>; errors: ComputedRef<FieldErrors> } {
  const { t } = useI18n()
  const projects = useProjectsStore()
  const { id } = project()
  /** The state that the form is on top of. */
  let { revision } = project()
  const take = (now: Project): ProjectFields => {
    revision = now.revision
    return fieldsOf(now)
  }

  const form = useAutosave(fieldsOf(project()), {
    write: async (changes) => take(await projects.update(id, revision, changes)),
    read: async () => take(await projects.read(id)),
    isConflict: ({ code }) => code === 'project-revision-conflict',
    clean: cleaned,
    mistakes: mistakesOf,
  })
  watch(project, (now) => {
    if (now.revision > revision && form.take(fieldsOf(now))) revision = now.revision
  })

  const words: Record<ReturnType<typeof mistakesOf>[string], () => string> = {
    titleMissing: () => t('form.needTitle'),
    titleLong: () => t('form.titleTooLong', { max: limits.title, count: [...form.form.value.title.trim()].length }),
    summaryLong: () => t('form.summaryTooLong', { max: limits.summary, count: [...form.form.value.summary.trim()].length }),
    tagsMany: () => t('form.tooManyTags', { max: limits.tags }),
    tagLong: () => t('form.tagTooLong', { max: limits.tag }),
    frameworksMany: () => t('wizard.attributes.tooManyFrameworks', { max: limits.frameworks }),
    licenceLong: () => t('wizard.attributes.licenceTooLong', { max: limits.licence }),
    nameMissing: () => t('wizard.people.needName'),
    badEmail: () => t('wizard.people.badEmail'),
    badUrl: () => t('wizard.links.badUrl'),
  }
  const errors = computed((): FieldErrors => {
    const refused = (form.problem.value?.errors ?? []).map(({ path, message }) => [path, message] as const)
    const mistakes = Object.entries(mistakesOf(form.form.value)).map(([path, mistake]) => [path, words[mistake]()] as const)
    return Object.fromEntries([...refused, ...mistakes])
  })
  return { form, errors }
}

/** The texts of a card, which store themselves, section by section. */
export function useCardForm(projectId: string, card: Card): Autosave<CardTexts> {
  let { revision } = card
  const textsOf = (from: CardTexts): CardTexts => {
    const { description, explanation, usage, limitations, performance } = from
    return { description, explanation, usage, limitations, performance }
  }
  /** What the portal has, and what was sent for it: it may write the same in another way, which is no news. */
  const stored = { ...textsOf(card) }
  const sent = { ...textsOf(card) }

  return useAutosave(textsOf(card), {
    write: async (changes) => {
      for (const section of cardSections) {
        const content = changes[section]
        if (content === undefined) continue
        const answer = await saveCardSection(projectId, revision, section, content)
        revision = answer.revision
        stored[section] = answer[section]
        sent[section] = content
      }
      return { ...sent }
    },
    read: async () => {
      const now = await getCard(projectId)
      revision = now.revision
      for (const section of cardSections) {
        if (JSON.stringify(now[section]) === JSON.stringify(stored[section])) continue
        stored[section] = sent[section] = now[section]
      }
      return { ...sent }
    },
    isConflict: ({ code }) => code === 'card-revision-conflict',
    clean: (typed) => ({
      description: filled(typed.description),
      explanation: filled(typed.explanation),
      usage: filled(typed.usage),
      limitations: filled(typed.limitations),
      performance: filled(typed.performance),
    }),
  })
}

const filled = (text: CardTexts[keyof CardTexts]): CardTexts[keyof CardTexts] => (text === null || isEmptyText(text) ? null : text)
