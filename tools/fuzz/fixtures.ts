import { randomBytes } from 'node:crypto'
import type { Accounts, Credentials } from './accounts.ts'

/** Values that are real, by what they name: the fuzzer uses them beside those that it makes up, or it would see little but 404. */
export type Dictionaries = Record<string, (string | number)[]>

const ROUNDS = 12
const unique = (): string => randomBytes(4).toString('hex')

interface Made {
  id: string
}

/** Makes projects with data and apps, groups and people, that the credentials may change and whose ids the fuzzer may use up. */
export async function makeFixtures(accounts: Accounts, credentials: Credentials, visibility: 'private' | 'public'): Promise<Dictionaries> {
  const made: Dictionaries = {
    projects: [],
    datasets: [],
    files: [],
    uploads: [],
    engines: [],
    users: [],
    groups: [],
    passwords: [accounts.password],
  }
  const note = (kind: string, { id }: Made): string => {
    made[kind]?.push(id)
    return id
  }
  const post = async <T = Made>(path: string, body: unknown): Promise<T> =>
    (await (await accounts.ask('POST', path, body, credentials)).json()) as T
  for (let round = 0; round < ROUNDS; round++) {
    const projectId = note('projects', await post('/api/projects', { title: `Fuzz ${unique()}`, visibility }))
    const id = note('datasets', await post('/api/datasets', { projectId, name: unique() }))
    const upload = (name: string) =>
      post<Made & { parts: { url: string }[] }>('/api/uploads', { target: { kind: 'dataset', id }, name, size: 0 })
    note('uploads', await upload(unique()))
    const stored = await upload(unique())
    const part = await fetch(stored.parts[0]?.url ?? '', { method: 'PUT', body: new Uint8Array(0) })
    const parts = [{ number: 1, etag: part.headers.get('etag') ?? '' }]
    const { file } = await post<{ file: Made }>(`/api/uploads/${stored.id}/complete`, { parts })
    note('files', file)
    note('engines', await post('/api/engines', { projectId, name: `e${unique()}`, image: 'registry.test/app:1', port: 8080 }))
    const username = `fuzz-${unique()}`
    note('users', (await accounts.asKeeper<{ user: Made }>('POST', '/api/iam/users', { username })).user)
    note('groups', await accounts.asKeeper('POST', '/api/iam/groups', { name: `fuzz-${unique()}` }))
  }
  return { ...made, revisions: [1, 2], members: [...(made['users'] ?? []), ...(made['groups'] ?? [])] }
}

/** Which parameters take values of which dictionary: the operations by their path, and what they name. */
const BINDINGS: { paths: string; parameters: Record<string, string> }[] = [
  { paths: '^/api/projects/', parameters: { 'path.id': 'projects', 'path.idOrSlug': 'projects', 'path.memberId': 'members' } },
  { paths: '^/api/datasets/', parameters: { 'path.id': 'datasets', 'path.fileId': 'files' } },
  { paths: '^/api/uploads/', parameters: { 'path.id': 'uploads' } },
  { paths: '^/api/engines/', parameters: { 'path.id': 'engines' } },
  { paths: '^/api/iam/users/', parameters: { 'path.id': 'users' } },
  { paths: '^/api/iam/groups/', parameters: { 'path.id': 'groups', 'path.userId': 'users' } },
]
const EVERYWHERE: Record<string, string> = {
  'query.projectId': 'projects',
  'query.groupId': 'groups',
  'body.projectId': 'projects',
  'body.target.id': 'datasets',
  'body.ownerId': 'users',
  'body.revision': 'revisions',
  'body.currentPassword': 'passwords',
}
const OFTEN = 0.7

/** The path with a real id for each parameter that has a dictionary, 0 for the others. */
export function realPath(path: string, dictionaries: Dictionaries): string {
  const parameters = BINDINGS.find(({ paths }) => new RegExp(paths).test(path))?.parameters ?? {}
  return path.replace(/\{(\w+)\}/g, (_, name: string) => String(dictionaries[parameters[`path.${name}`] ?? '']?.[0] ?? 0))
}

/** Operations of which a run tries less than of the others. */
export interface Less {
  /** It is refused these whatever it asks: one request of each shows that. */
  refused: string[]
  /** The edges of what these take were tried by a run before. */
  known: string[]
}

/** The configuration file of one run. */
export function configurationOf(dictionaries: Dictionaries, { refused, known }: Less): string {
  const bound = (parameters: Record<string, string>): string[] =>
    Object.entries(parameters)
      .filter(([, name]) => (dictionaries[name]?.length ?? 0) > 0)
      .map(([parameter, name]) => `"${parameter}" = { dictionary = "${name}", probability = ${OFTEN} }`)
  const only = (ids: string[], ...settings: string[]): string[] =>
    ids.length > 0 ? ['', '[[operations]]', `include-operation-id = ${JSON.stringify(ids)}`, ...settings] : []
  const noEdges = 'phases.coverage.enabled = false'
  return [
    ...Object.entries(dictionaries)
      .filter(([, values]) => values.length > 0)
      .map(([name, values]) => `[dictionaries.${name}]\nvalues = ${JSON.stringify(values)}\n`),
    '[parameters]',
    ...bound(EVERYWHERE),
    ...BINDINGS.map(({ paths, parameters }) =>
      ['', '[[operations]]', `include-path-regex = '${paths}'`, '[operations.parameters]', ...bound(parameters)].join('\n'),
    ),
    ...only(refused, noEdges, 'generation.max-examples = 1'),
    ...only(known, noEdges),
    '',
  ].join('\n')
}
