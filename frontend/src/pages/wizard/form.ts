import type { Project, ProjectChanges } from '../../components/models'

/** What the wizard asks of a project itself, besides its card, data and app. */
export type ProjectFields = Required<
  Pick<ProjectChanges, 'title' | 'summary' | 'task' | 'tags' | 'frameworks' | 'licence' | 'contacts' | 'links' | 'cover'>
>

export const limits = { title: 120, summary: 500, tags: 12, tag: 40, frameworks: 12, licence: 80, rows: 10 } as const

export const fieldsOf = ({ title, summary, task, tags, frameworks, licence, contacts, links, cover }: Project): ProjectFields => ({
  title,
  summary,
  task: task,
  tags,
  frameworks,
  licence,
  contacts: contacts.map(({ name, email, url }) => ({ name, email, url })),
  links: links.map((link) => ({ title: link.title, url: link.url })),
  cover,
})

const trimmed = <R extends object>(row: R): R =>
  Object.fromEntries(Object.entries(row).map(([key, value]) => [key, typeof value === 'string' ? value.trim() : (value as unknown)])) as R
const isBlank = (row: object): boolean => Object.values(row).every((value) => String(value).trim() === '')

/** What is stored of what was typed: without spaces at the ends, and without rows in which nothing is. */
export const cleaned = (fields: ProjectFields): ProjectFields => ({
  ...fields,
  title: fields.title.trim(),
  summary: fields.summary.trim(),
  licence: fields.licence.trim(),
  contacts: fields.contacts.filter((row) => !isBlank(row)).map(trimmed),
  links: fields.links.filter((row) => !isBlank(row)).map(trimmed),
})

/** What the fields cannot be, as the last parts of the keys of texts. */
type Mistake =
  | 'titleMissing'
  | 'titleLong'
  | 'summaryLong'
  | 'tagsMany'
  | 'tagLong'
  | 'frameworksMany'
  | 'licenceLong'
  | 'nameMissing'
  | 'badEmail'
  | 'badUrl'

const count = (text: string): number => [...text.trim()].length
const isAddress = (text: string): boolean => /^https?:\/\/[^\s/]+/i.test(text.trim()) && URL.canParse(text.trim())
const isEmail = (text: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim())

/** What cannot be stored as it is, by the path of the field. */
export function mistakesOf({ title, summary, tags, frameworks, licence, contacts, links }: ProjectFields): Record<string, Mistake> {
  const found: Record<string, Mistake> = {}
  if (title.trim() === '') found['title'] = 'titleMissing'
  else if (count(title) > limits.title) found['title'] = 'titleLong'
  if (count(summary) > limits.summary) found['summary'] = 'summaryLong'
  if (tags.length > limits.tags) found['tags'] = 'tagsMany'
  else if (tags.some((tag) => count(tag) > limits.tag)) found['tags'] = 'tagLong'
  if (frameworks.length > limits.frameworks) found['frameworks'] = 'frameworksMany'
  else if (frameworks.some((name) => count(name) > limits.tag)) found['frameworks'] = 'tagLong'
  if (count(licence) > limits.licence) found['licence'] = 'licenceLong'
  for (const [index, row] of contacts.entries()) {
    if (isBlank(row)) continue
    if (row.name.trim() === '') found[`contacts.${index}.name`] = 'nameMissing'
    if (row.email.trim() !== '' && !isEmail(row.email)) found[`contacts.${index}.email`] = 'badEmail'
    if (row.url.trim() !== '' && !isAddress(row.url)) found[`contacts.${index}.url`] = 'badUrl'
  }
  for (const [index, row] of links.entries()) {
    if (isBlank(row)) continue
    if (row.title.trim() === '') found[`links.${index}.title`] = 'nameMissing'
    if (!isAddress(row.url)) found[`links.${index}.url`] = 'badUrl'
  }
  return found
}

/** The texts of some fields below a path, by what follows it: `links.0.url` of `links` is `0.url`. */
export const below = <V>(path: string, values: Record<string, V>): Record<string, V> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([key, value]) => (key.startsWith(`${path}.`) ? [[key.slice(path.length + 1), value]] : [])),
  )
