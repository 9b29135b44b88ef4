import type { CardTexts } from '../../api/card'
import { wizardSteps, type WizardStep } from '../../components/publish/fix'
import { isEmptyText } from '../../plugins/tiptap/document'
import type { ProjectFields } from './form'

/** What the steps are judged by. */
export interface Progress {
  fields: ProjectFields
  /** Null while it is not known. */
  card: CardTexts | null
  datasets: number
  apps: number
  /** Whether there is a version, and nothing was changed since. */
  published: boolean
}

export interface StepState {
  name: WizardStep
  done: boolean
  /** A project can do without it. */
  optional: boolean
}

const optional: readonly WizardStep[] = ['links', 'people', 'performance', 'app']

/** Whether a video stands somewhere in a text. */
export function hasVideo(text: object | null): boolean {
  if (text === null) return false
  const node = text as { type?: unknown; content?: unknown }
  return node.type === 'video' || (Array.isArray(node.content) && node.content.some((child: object) => hasVideo(child)))
}

const isDone: Record<WizardStep, (progress: Progress) => boolean> = {
  basics: ({ fields }) => fields.title.trim() !== '' && fields.summary.trim() !== '',
  links: ({ fields, datasets }) => fields.links.length > 0 || datasets > 0,
  people: ({ fields }) => fields.contacts.length > 0,
  attributes: ({ fields }) => fields.task !== '' && fields.licence !== '',
  card: ({ card }) => card !== null && (card.description ?? card.usage) !== null && card.limitations !== null,
  performance: ({ card }) => card !== null && card.performance !== null && !isEmptyText(card.performance),
  app: ({ apps, card }) => apps > 0 || Object.values(card ?? {}).some(hasVideo),
  publish: ({ published }) => published,
}

/** How far a project is, told from the project itself, so that it is the same on every machine. */
export const stepsOf = (progress: Progress): StepState[] =>
  wizardSteps.map((name) => ({ name, done: isDone[name](progress), optional: optional.includes(name) }))

/** Where to go on: the first step that is needed and not done; else the last. */
export const firstOpen = (steps: readonly StepState[]): WizardStep => steps.find((step) => !step.done && !step.optional)?.name ?? 'publish'
