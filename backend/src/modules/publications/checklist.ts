import type { EnginePhase, EngineStep } from '../engines/engine.js'
import type { CardTexts } from '../projects/card/card.js'
import type { Contact } from '../projects/project.js'
import { plainText } from '../richtext/plain-text.js'
import { nodesOf } from '../richtext/rich-text.js'
import type { PublicationPolicy } from './publication-policy.js'
import { looksSecret } from './secret-looking.js'
import { textsOf, type FrozenReport, type VersionContent } from './version.js'

export const ITEM_STATES = ['ok', 'blocking', 'warning'] as const
export type ItemState = (typeof ITEM_STATES)[number]

/** What of a project the page has to show to mend an item. */
export const CHECKLIST_FIELDS = [
  'summary',
  'licence',
  'contacts',
  'description',
  'limitations',
  'reports',
  'datasets',
  'apps',
  'env',
] as const
export type ChecklistField = (typeof CHECKLIST_FIELDS)[number]

/** One thing that is asked of a project before it is published, and what to do about it. */
export interface ChecklistItem {
  id: string
  state: ItemState
  title: string
  detail: string
  /** The figures and names in `detail`, for who says it in words of their own. */
  params: Readonly<Record<string, string | number>>
  field: ChecklistField | null
}

type ProjectFacts = Pick<VersionContent, 'summary' | 'licence'> & { contacts: readonly Contact[] }
type DatasetFacts = { files: number }

/** What of an app counts here. */
export interface EngineFacts {
  name: string
  env: readonly { name: string; value: string }[]
  status: { phase: EnginePhase; steps: readonly Pick<EngineStep, 'name' | 'state'>[] }
}

const ANSWERING: ReadonlySet<EnginePhase> = new Set(['Running', 'Idle', 'Waking'])
const MOST_NAMED = 10

/**
 * What is asked of a project, item by item. Pure. What the policy demands is `blocking` while it is enforced and missing, otherwise `warning`, as is all that is
 * mere advice. A value of an environment is never told, only the names of the app and of the variable.
 */
export function checklistOf(
  policy: Omit<PublicationPolicy, 'revision'>,
  project: ProjectFacts,
  card: CardTexts,
  reports: readonly FrozenReport[],
  datasets: readonly DatasetFacts[],
  engines: readonly EngineFacts[],
): ChecklistItem[] {
  const missing: ItemState = policy.enforced ? 'blocking' : 'warning'
  const item = (
    id: string,
    field: ChecklistField,
    title: string,
    ok: boolean,
    demanded: boolean,
    details: { ok: string; todo: string; params?: ChecklistItem['params'] },
  ): ChecklistItem => ({
    id,
    state: ok ? 'ok' : demanded ? missing : 'warning',
    title,
    detail: ok ? details.ok : details.todo,
    params: details.params ?? {},
    field: ok ? null : field,
  })

  const words = card.limitations ? wordsIn(plainText(card.limitations)) : 0
  const wanted = Math.max(policy.minLimitationsWords, 1)
  const files = datasets.reduce((sum, dataset) => sum + dataset.files, 0)
  const found = engines.flatMap(({ name, env }) => env.filter(looksSecret).map((variable) => `${variable.name} (${name})`))
  const named = found.slice(0, MOST_NAMED)
  const more = found.length - named.length
  const unseen = imagesWithoutText({ card, reports: [...reports] })
  return [
    item('summary', 'summary', 'Summary', project.summary.trim() !== '', false, {
      ok: 'The project has a summary.',
      todo: 'Say in a sentence or two what it is: the catalogue and citations show that.',
    }),
    item('description', 'description', 'Description', card.description !== null && plainText(card.description).trim() !== '', false, {
      ok: 'The card describes the project.',
      todo: 'Describe on the card what the project does and for whom.',
    }),
    item('licence', 'licence', 'Licence', project.licence.trim() !== '', policy.requireLicence, {
      ok: `It is under ${project.licence}.`,
      todo: 'Choose a licence: without one nobody else may use it.',
      params: { licence: project.licence },
    }),
    item('limitations', 'limitations', 'Limitations', words >= wanted, policy.minLimitationsWords > 0, {
      ok: `The card tells its limitations in ${counted(words, 'word')}.`,
      todo: `Say in at least ${counted(wanted, 'word')} what it is not good for and where it fails. There ${words === 1 ? 'is' : 'are'} ${words === 0 ? 'none' : words} so far.`,
      params: { words, wanted },
    }),
    item('contacts', 'contacts', 'Contacts', project.contacts.length > 0, false, {
      ok: 'Citations name the contacts of the project.',
      todo: 'Name who made it. Until then citations name the owner of the project alone.',
    }),
    item('dataset', 'datasets', 'Data set', files > 0, policy.requireDataset, {
      ok: `${counted(datasets.length, 'data set')} with ${counted(files, 'file')}.`,
      todo: 'Add a data set with at least one file, so that the results can be traced to it.',
      params: { datasets: datasets.length, files },
    }),
    item('app', 'apps', 'App', engines.some(hasBeenReady), policy.requireAppReady, {
      ok: 'An app has been ready.',
      todo:
        engines.length === 0
          ? 'Deploy an app that people can try.'
          : 'Wait until an app has been ready once, or see on its page why it is not.',
      params: { apps: engines.length },
    }),
    item('secrets', 'env', 'No secrets in the environment of apps', found.length === 0, policy.refuseSecretLookingEnv, {
      ok: 'No variable looks like a secret.',
      todo: `These look like secrets: ${named.join(', ')}${more > 0 ? ` and ${more} more` : ''}. Make them secrets of their app, and replace what was readable until now.`,
      params: { variables: named.join(', '), more },
    }),
    item('alt', 'reports', 'Images with a description', unseen === 0, false, {
      ok: 'Every image has an alternative text.',
      todo: `Describe what ${counted(unseen, 'image')} without an alternative text ${unseen === 1 ? 'shows' : 'show'}, for those who do not see ${unseen === 1 ? 'it' : 'them'}.`,
      params: { images: unseen },
    }),
  ]
}

/** Whether nothing is missing that the policy demands, enforced or not. */
export const passes = (policy: PublicationPolicy, ...facts: Rest<Parameters<typeof checklistOf>>): boolean =>
  checklistOf({ ...policy, enforced: true }, ...facts).every(({ state }) => state !== 'blocking')

type Rest<T extends unknown[]> = T extends [unknown, ...infer R] ? R : never

/** Whether an app answers, or did so since its last deploy. */
export const hasBeenReady = ({ status }: Pick<EngineFacts, 'status'>): boolean =>
  ANSWERING.has(status.phase) || status.steps.some(({ name, state }) => name === 'ready' && state === 'done')

/** Whether an app answers requests, if only after it was woken. */
export const answers = ({ status }: Pick<EngineFacts, 'status'>): boolean => ANSWERING.has(status.phase)

const wordsIn = (text: string): number => text.match(/[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu)?.length ?? 0

const imagesWithoutText = (texts: Parameters<typeof textsOf>[0]): number =>
  textsOf(texts).reduce(
    (sum, { doc }) => sum + [...nodesOf(doc)].filter((node) => node.type === 'image' && !node.attrs.alt?.trim()).length,
    0,
  )

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`
