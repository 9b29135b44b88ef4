import { stringify } from 'yaml'
import type { Contact } from '../projects/project.js'

/** What is cited. */
export interface Work {
  title: string
  summary: string
  slug: string
  tags: readonly string[]
  licence: string
  /** Those who made it; its owner when the project names none. */
  contacts: readonly Contact[]
  owner: string
  /** When it was published; of a project that is not, when it was changed last. */
  at: Date
  /** Null for a project as it is now. */
  version: number | null
  /** Where it is, for good. */
  url: string
}

export interface Citation {
  /** An entry for BibTeX or biber. */
  bibtex: string
  /** The content of a CITATION.cff. */
  cff: string
  /** One line, after the rules of the APA. */
  text: string
}

const PUBLISHER = 'Vitrine'

/** How to cite a work, in three forms. Pure. */
export const citationOf = (work: Work): Citation => ({ bibtex: bibtexOf(work), cff: cffOf(work), text: textOf(work) })

/** Somebody's name, in two parts where it can be told; `given` is empty for a single name and for an organisation. */
interface Name {
  family: string
  given: string
}

/** `Doe, Jane` and `Jane Doe` are the same; what has an `and` in it is taken as a whole. */
function nameOf(name: string): Name {
  const line = oneLine(name)
  const whole = { family: line, given: '' }
  if (/&|\band\b/i.test(line)) return whole
  const [last = '', first = '', ...more] = line.split(',').map((part) => part.trim())
  if (last !== '' && first !== '' && more.length === 0) return { family: last, given: first }
  const words = line.split(' ')
  if (words.length < 2 || words.length > 5 || line.includes(',')) return whole
  return { family: words.at(-1) ?? '', given: words.slice(0, -1).join(' ') }
}

const authorsOf = ({ contacts, owner }: Work): (Name & Pick<Contact, 'email' | 'url'>)[] => {
  const named = contacts.filter(({ name }) => oneLine(name) !== '')
  const all = named.length > 0 ? named : [{ name: oneLine(owner) || PUBLISHER, email: '', url: '' }]
  return all.map(({ name, email, url }) => ({ ...nameOf(name), email, url }))
}

const oneLine = (text: string): string => text.replace(/[\s\p{Cc}]+/gu, ' ').trim()
const titleOf = ({ title, slug }: Work): string => oneLine(title) || slug

/** Letters and digits in ASCII. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')

/** Braces count in BibTeX whatever stands before them, so none of the text's own may be left; the rest is what LaTeX would act on. */
const LATEX: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '{': '\\textbraceleft{}',
  '}': '\\textbraceright{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '"': '\\textquotedbl{}',
  ...Object.fromEntries([...'$%&#_'].map((sign) => [sign, `\\${sign}`])),
}
const latex = (text: string): string => oneLine(text).replace(/[\\{}~^"$%&#_]/g, (sign) => LATEX[sign] ?? sign)
/** An address is set as it is: only what would end the field or begin a comment is written by its code. */
const latexUrl = (url: string): string => url.replace(/[\\{}%"\s]/g, (sign) => (sign === '%' ? '\\%' : encodeURIComponent(sign)))

function bibtexOf(work: Work): string {
  const authors = authorsOf(work)
  const year = String(work.at.getUTCFullYear())
  const fields: [string, string][] = [
    ['author', authors.map(bibName).join(' and ')],
    ['title', `{${latex(titleOf(work))}}`],
    ['year', year],
    ['month', MONTHS[work.at.getUTCMonth()] ?? ''],
    ...(work.version === null ? [] : [['version', String(work.version)] satisfies [string, string]]),
    ['publisher', PUBLISHER],
    ['url', latexUrl(work.url)],
    ...(work.licence.trim() === '' ? [] : [['note', `Licence: ${latex(work.licence)}`] satisfies [string, string]]),
  ]
  const key = `${plain(authors[0]?.family ?? '')}${year}${work.slug.replace(/[^a-z0-9-]/g, '')}`
  return `@misc{${key},\n${fields.map(([name, value]) => (name === 'month' ? `  month = ${value},\n` : `  ${name} = {${value}},\n`)).join('')}}\n`
}

/** Within braces of its own a name is taken as it is, also with an "and" in it; without, styles can shorten it to its initials. */
const bibName = ({ family, given }: Name): string => {
  if (given === '') return `{${latex(family)}}`
  return `{${latex(family)}}, ${/^[\p{L}\p{M}.' -]+$/u.test(given) ? given : `{${latex(given)}}`}`
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** @see https://github.com/citation-file-format/citation-file-format/blob/1.2.0/schema-guide.md */
function cffOf(work: Work): string {
  const summary = work.summary.trim()
  const keywords = work.tags.map(oneLine).filter((tag) => tag !== '')
  return stringify(
    {
      'cff-version': '1.2.0',
      message: 'If you use this work, please cite it as below.',
      type: 'software',
      title: titleOf(work),
      ...(summary === '' ? {} : { abstract: summary }),
      authors: authorsOf(work).map(({ family, given, email, url }) => ({
        ...(given === '' ? { name: family } : { 'family-names': family, 'given-names': given }),
        ...(/^\S+@\S+\.\S{2,}$/.test(email) ? { email } : {}),
        ...(/^https?:\/\/\S+$/.test(url) ? { website: url } : {}),
      })),
      ...(work.version === null ? {} : { version: String(work.version) }),
      'date-released': work.at.toISOString().slice(0, 10),
      url: work.url,
      // Its schema knows the ids of SPDX only; other terms are said in the project.
      ...(SPDX.has(work.licence.trim()) ? { license: work.licence.trim() } : {}),
      ...(keywords.length === 0 ? {} : { keywords: [...new Set(keywords)] }),
    },
    { lineWidth: 0 },
  )
}

const MOST_AUTHORS = 20

function textOf(work: Work): string {
  const names = authorsOf(work).map(({ family, given }) => (given === '' ? family : `${family}, ${initialsOf(given)}`))
  const shown = names.length > MOST_AUTHORS ? [...names.slice(0, MOST_AUTHORS - 1), `… ${names.at(-1) ?? ''}`] : names
  const authors = shown.length < 2 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')}, & ${shown.at(-1) ?? ''}`
  const version = work.version === null ? '' : ` (Version ${work.version})`
  return `${authors.replace(/\.$/, '')}. (${work.at.getUTCFullYear()}). ${titleOf(work).replace(/\.$/, '')}${version}. ${PUBLISHER}. ${work.url}`
}

const initialsOf = (given: string): string =>
  given
    .split(/[ -]+/)
    .map((word) => `${[...word][0]?.toUpperCase() ?? ''}.`)
    .join(' ')

/** The licences that are used for code, data, texts and models, by their SPDX ids; another one is left out of a CITATION.cff, which is valid without. */
const SPDX: ReadonlySet<string> = new Set([
  ...['0BSD', 'AFL-3.0', 'AGPL-3.0', 'AGPL-3.0-only', 'AGPL-3.0-or-later', 'Apache-2.0', 'Artistic-2.0', 'BSD-2-Clause', 'BSD-3-Clause'],
  ...['BSD-3-Clause-Clear', 'BSL-1.0', 'CC0-1.0', 'CC-BY-3.0', 'CC-BY-4.0', 'CC-BY-NC-3.0', 'CC-BY-NC-4.0', 'CC-BY-NC-ND-4.0'],
  ...['CC-BY-NC-SA-4.0', 'CC-BY-ND-4.0', 'CC-BY-SA-3.0', 'CC-BY-SA-4.0', 'CDLA-Permissive-1.0', 'CDLA-Permissive-2.0', 'CDLA-Sharing-1.0'],
  ...['CECILL-2.1', 'ECL-2.0', 'EPL-1.0', 'EPL-2.0', 'EUPL-1.1', 'EUPL-1.2', 'GFDL-1.3-or-later', 'GPL-2.0', 'GPL-2.0-only'],
  ...[
    'GPL-2.0-or-later',
    'GPL-3.0',
    'GPL-3.0-only',
    'GPL-3.0-or-later',
    'ISC',
    'LGPL-2.1',
    'LGPL-2.1-only',
    'LGPL-2.1-or-later',
    'LGPL-3.0',
  ],
  ...['LGPL-3.0-only', 'LGPL-3.0-or-later', 'LPPL-1.3c', 'MIT', 'MIT-0', 'MPL-2.0', 'MS-PL', 'NCSA', 'ODbL-1.0', 'ODC-By-1.0', 'OFL-1.1'],
  ...['OSL-3.0', 'PDDL-1.0', 'PostgreSQL', 'Unlicense', 'WTFPL', 'Zlib'],
])
