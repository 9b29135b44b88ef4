import { accessOf } from '../../common/policy/policy.js'
import type { EnginePhase } from '../engines/engine.js'
import type { ListedProject } from '../projects/project-feed.js'
import type { SearchThing } from '../projects/search-text.js'
import type { Facet } from './catalogue-query.js'

/** What is counted of a project; `revision` is raised with each change of the stars. */
export interface Figures {
  stars: number
  views: number
  revision: number
}

/** The words that a project is found by beyond its own fields, and what is found in it by title. */
export interface Texts {
  words: readonly string[]
  things: readonly SearchThing[]
  revision: number
}

/** What a list has to know of a project; texts as numbers of a {@link Lexicon}. */
export interface Entry {
  id: string
  /** Whom the policy lets read it. */
  readers: readonly string[]
  ownerId: string
  published: boolean
  created: number
  updated: number
  revision: number
  values: Readonly<Record<Exclude<Facet, 'hasApp'>, readonly string[]>>
  /** The words of title, tags, summary and the other fields, one after the other, and where the first three end. */
  own: Uint32Array
  ends: readonly [number, number, number]
}

/** In which order the apps of a project stand for it: what can be tried comes first. */
const BEST_FIRST: readonly EnginePhase[] = [
  'Running',
  'Idle',
  'Waking',
  'Degraded',
  'Deploying',
  'Pending',
  'Paused',
  'Missing',
  'Failed',
  'Deleting',
]

/** The phase that stands for a project's apps; null for none. */
export function bestPhase(phases: readonly EnginePhase[]): EnginePhase | null {
  return BEST_FIRST.find((phase) => phases.includes(phase)) ?? null
}

type Lists = (list: readonly string[]) => readonly string[]

/** The values by which a project is narrowed and counted. @param same gives one instance of equal lists, so that many projects share it */
export function valuesOf(project: ListedProject, same: Lists): Entry['values'] {
  const some = (values: string[]) => same([...new Set(values)].filter((value) => value !== ''))
  return {
    task: some([project.task]),
    tag: some(project.tags),
    framework: some(project.frameworks),
    licence: some([project.licence]),
    owner: some([project.ownerId]),
    group: some(project.members.flatMap(({ kind, id }) => (kind === 'group' ? [id] : []))),
  }
}

/** Who may read a project, as the policy stores it. */
export const readersOf = (project: ListedProject, same: Lists): readonly string[] => same(accessOf(project).read)
