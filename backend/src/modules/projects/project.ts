import type { Member, ProjectResource } from '../../common/policy/policy.js'
import type { Visibility } from '../../common/policy/actions.js'

/** What a project is about, in the words that the field uses for tasks of models. */
export const TASKS = [
  '',
  'tabular-classification',
  'tabular-regression',
  'time-series-forecasting',
  'image-classification',
  'object-detection',
  'image-segmentation',
  'image-generation',
  'text-classification',
  'token-classification',
  'question-answering',
  'summarization',
  'translation',
  'text-generation',
  'sentence-similarity',
  'automatic-speech-recognition',
  'audio-classification',
  'text-to-speech',
  'reinforcement-learning',
  'recommendation',
  'anomaly-detection',
  'other',
] as const

/** Whom to ask about a project; a field that is empty says nothing. */
export interface Contact {
  name: string
  email: string
  url: string
}

/** Something elsewhere that belongs to a project, such as its paper or its code. */
export interface Link {
  title: string
  url: string
}

/** A piece of work that a group shows: its card, its data and its apps. */
export interface Project extends ProjectResource {
  id: string
  /** Part of the page's address; unique, given once from the title and never changed, so that links keep working. */
  slug: string
  title: string
  summary: string
  task: string
  tags: string[]
  frameworks: string[]
  /** An SPDX identifier or words; empty when nothing is said. */
  licence: string
  contacts: Contact[]
  links: Link[]
  /** The asset that its card shows. */
  cover: string | null
  /** The newest published version; null before the first. */
  publishedVersion: number | null
  publishedAt: Date | null
  ownerId: string
  visibility: Visibility
  /** At most {@link MAX_MEMBERS}, each person and group once. */
  members: Member[]
  /** Set when someone asked for its deletion: hidden from then on, cleaned up in the background, then removed. */
  deletedAt: Date | null
  createdAt: Date
  updatedAt: Date
  /** Raised by each change; a change names the one that it starts from. */
  revision: number
}

/** Enough for any group of people; larger ones are members as a group. */
export const MAX_MEMBERS = 200

/** What decides who may do what. */
export type ProjectSharing = Pick<Project, 'ownerId' | 'visibility' | 'members'>

/** The fields that a person may change. */
export type ProjectChange = Partial<
  Pick<Project, 'title' | 'summary' | 'task' | 'tags' | 'frameworks' | 'licence' | 'contacts' | 'links' | 'cover'>
>

/** A new project with what is usual for the rest. */
export function newProject(fields: Pick<Project, 'id' | 'slug' | 'title' | 'ownerId' | 'createdAt'> & Partial<Project>): Project {
  return {
    summary: '',
    task: '',
    tags: [],
    frameworks: [],
    licence: '',
    contacts: [],
    links: [],
    cover: null,
    publishedVersion: null,
    publishedAt: null,
    visibility: 'private',
    members: [],
    deletedAt: null,
    updatedAt: fields.createdAt,
    revision: 1,
    ...fields,
  }
}

const MAX_SLUG = 48
/** Names of addresses beside `/api/projects/:idOrSlug`. */
const RESERVED_SLUGS: ReadonlySet<string> = new Set(['facets'])

/** Whether no project can have the slug, because its address means something else. */
export const isReservedSlug = (slug: string): boolean => RESERVED_SLUGS.has(slug)

/** A title as a part of an address: small ASCII letters, digits and hyphens; `project` when nothing of it can be kept. */
export function slugOf(title: string): string {
  const slug = title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/\p{M}+/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_SLUG)
    .replace(/^-+|-+$/g, '')
  return slug || 'project'
}
