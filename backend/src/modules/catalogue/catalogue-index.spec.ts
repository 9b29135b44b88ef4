import { describe, expect, it } from 'vitest'
import { newId } from '../../common/ids.js'
import { can, filterFor } from '../../common/policy/policy.js'
import { nobody, pick, random, randomProject, randomSubject, who } from '../../../test/factories/policy.js'
import { newProject, type Project } from '../projects/project.js'
import { CatalogueIndex, readerTest } from './catalogue-index.js'
import { SORTS, type CatalogueFilter, type CatalogueOrder, type CataloguePosition } from './catalogue-query.js'

const START = Date.parse('2026-01-01T00:00:00Z')
const all = { access: {}, seesMembers: true, me: null, scope: 'all', words: [], facets: {} } as const satisfies CatalogueFilter
const make = (fields: Partial<Project> = {}): Project =>
  newProject({ id: newId(), slug: newId(), title: 'Untitled', ownerId: 'ann', visibility: 'public', createdAt: new Date(START), ...fields })
const filled = (...projects: Project[]): CatalogueIndex => {
  const index = new CatalogueIndex()
  for (const project of projects) index.put(project)
  return index
}
const ids = (index: CatalogueIndex, filter: Partial<CatalogueFilter>, order: CatalogueOrder = 'new', limit = 1_000): string[] =>
  index.page({ filter: { ...all, ...filter }, order, limit }).found.map(({ id }) => id)

describe('who may read', () => {
  it('is in the index as the policy says, for anyone and any project, however it was shared before', () => {
    const next = random(11)
    const projects = Array.from({ length: 150 }, () => make({ ...randomProject(next, newId()), members: [] }))
    const index = filled(...projects)
    for (const [i, project] of projects.entries()) {
      const { ownerId, visibility, members } = randomProject(next, project.id)
      projects[i] = { ...project, ownerId, visibility, members: [...members], revision: 2 }
      index.put(projects[i])
    }
    const projectIds = projects.map(({ id }) => id)
    let found = 0
    for (let i = 0; i < 400; i++) {
      const auth = i === 0 ? nobody : randomSubject(next, projectIds)
      for (const action of ['project:read', 'dataset:read'] as const) {
        const expected = projects.filter((project) => can(auth, action, project)).map(({ id }) => id)
        const access = filterFor(auth, action)
        const listed = access === null ? [] : ids(index, { access })
        expect({ i, action, ids: listed.sort() }).toEqual({ i, action, ids: expected.sort() })
        found += expected.length
      }
    }
    // Cases in which nobody sees anything would prove nothing.
    expect(found).toBeGreaterThan(5_000)
  })

  it('is all that it answers: it does not guess at another filter', () => {
    expect(() => readerTest({ 'access.edit': { $in: ['user:ann'] } })).toThrow('who may read')
  })
})

describe('scopes', () => {
  const mine = make({ publishedVersion: 1 })
  const draft = make()
  const shared = make({ ownerId: 'bob', members: [{ kind: 'user', id: 'ann', role: 'viewer' }] })
  const byGroup = make({ ownerId: 'bob', members: [{ kind: 'group', id: 'lab', role: 'editor' }] })
  const other = make({ ownerId: 'bob' })
  const index = filled(mine, draft, shared, byGroup, other)
  const me = { id: 'ann', groupIds: ['lab'] }

  it.each<[CatalogueFilter['scope'], Project[]]>([
    ['all', [mine, draft, shared, byGroup, other]],
    ['mine', [mine, draft]],
    ['drafts', [draft]],
    ['shared', [shared, byGroup]],
    ['starred', [other]],
  ])('%s', (scope, projects) => {
    expect(ids(index, { scope, me, starred: new Set([other.id]) }).sort()).toEqual(projects.map(({ id }) => id).sort())
    if (scope !== 'all') expect(ids(index, { scope, me: null })).toEqual([])
  })
})

describe('words', () => {
  const title = make({ title: 'Zürich air', createdAt: new Date(START + 1) })
  const tag = make({ tags: ['zurich'], createdAt: new Date(START + 2) })
  const summary = make({ summary: 'Measured in ZÜRICH.', createdAt: new Date(START + 3) })
  const text = make({ createdAt: new Date(START + 4) })
  const index = filled(title, tag, summary, text)
  index.setTexts(text.id, { words: ['on', 'zurichberg'], things: [], revision: 1 })

  it('are found where they begin a word, in the title before tags before the summary before all else', () => {
    expect(ids(index, { words: ['zuri'] }, 'relevance')).toEqual([title, tag, summary, text].map(({ id }) => id))
    expect(ids(index, { words: ['zuri', 'air'] }, 'relevance')).toEqual([title.id])
    expect(ids(index, { words: ['urich'] }, 'relevance')).toEqual([])
  })

  it('are those of the newest state only, and forgotten with the project', () => {
    index.put({ ...title, title: 'Bern air', revision: 2 })
    index.put({ ...title, title: 'Older state' })
    expect(ids(index, { words: ['bern'] })).toEqual([title.id])
    expect(ids(index, { words: ['older'] })).toEqual([])
    index.setTexts(text.id, { words: ['on', 'uetliberg'], things: [], revision: 2 })
    index.setTexts(text.id, { words: ['zurichberg'], things: [], revision: 1 })
    expect(ids(index, { words: ['zuri'] }, 'relevance')).toEqual([tag.id, summary.id])
    index.put({ ...tag, deletedAt: new Date(), revision: 2 })
    index.put(tag)
    expect(ids(index, { words: ['zuri'] })).toEqual([summary.id])
  })
})

describe('pages', () => {
  it.each([...SORTS, 'relevance'] as const)('by %s hold each project once, in order, whatever the size of a page', (order) => {
    const next = random(3)
    const some = ['alpha', 'beta', 'gamma']
    const projects = Array.from({ length: 60 }, () => {
      const at = START + Math.floor(next() * 20) * 1_000
      return make({
        title: pick(next, some),
        summary: 'alpha',
        createdAt: new Date(at),
        updatedAt: new Date(at + Math.floor(next() * 9) * 1_000),
      })
    })
    const index = filled(...projects)
    for (const { id } of projects) index.setFigures(id, { stars: Math.floor(next() * 4), views: Math.floor(next() * 4), revision: 1 })
    const filter = { ...all, words: order === 'relevance' ? ['alpha'] : [] }
    const whole = ids(index, filter, order)
    expect(new Set(whole).size).toBe(60)
    for (const limit of [1, 7, 59, 60, 61]) {
      const seen: string[] = []
      for (let after: CataloguePosition | undefined, more = true; more;) {
        const { found, total } = index.page({ filter, order, limit, ...(after ? { after } : {}) })
        expect(total).toBe(60)
        const page = found.slice(0, limit)
        seen.push(...page.map(({ id }) => id))
        after = page.at(-1)
        more = found.length > limit
      }
      expect(seen).toEqual(whole)
    }
  })

  it('neither repeat nor skip what stays as it is while others come, go and rise', () => {
    const projects = Array.from({ length: 30 }, (_, i) => make({ createdAt: new Date(START + i) }))
    const index = filled(...projects)
    for (const [i, { id }] of projects.entries()) index.setFigures(id, { stars: i % 5, views: i % 5, revision: 1 })
    const before = ids(index, {}, 'viewed')
    const seen: string[] = []
    const moved = new Set<string>()
    for (let after: CataloguePosition | undefined, more = true, round = 0; more; round++) {
      const { found } = index.page({ filter: all, order: 'viewed', limit: 4, ...(after ? { after } : {}) })
      const page = found.slice(0, 4)
      seen.push(...page.map(({ id }) => id))
      after = page.at(-1)
      more = found.length > 4
      index.put(make())
      const riser = before[29 - round]
      const leaver = before[20 - round]
      if (riser && leaver) {
        for (const id of [riser, leaver]) moved.add(id)
        index.setFigures(riser, { stars: 0, views: 99, revision: 1 })
        index.remove(leaver)
      }
    }
    expect(new Set(seen).size).toBe(seen.length)
    const stable = before.filter((id) => !moved.has(id))
    expect(seen.filter((id) => stable.includes(id))).toEqual(stable)
  })
})

describe('facets', () => {
  const group = { kind: 'group', id: 'lab', role: 'viewer' } as const
  const one = make({ task: 'other', tags: ['a', 'b'], licence: 'MIT', members: [group] })
  const two = make({ task: 'other', tags: ['a'], ownerId: 'bob' })
  const three = make({ task: 'translation', tags: ['b'], frameworks: ['JAX'], ownerId: 'bob' })
  const index = filled(one, two, three)
  index.setPhase(two.id, 'Idle')
  const counts = (filter: Partial<CatalogueFilter>) => {
    const { total, facets } = index.count({ ...all, ...filter })
    return {
      total,
      ...Object.fromEntries(
        Object.entries(facets).map(([name, found]) => [name, Object.fromEntries(found.map(({ value, count }) => [value, count]))]),
      ),
    }
  }

  it('count what there is', () => {
    expect(counts({})).toEqual({
      total: 3,
      task: { other: 2, translation: 1 },
      tag: { a: 2, b: 2 },
      framework: { JAX: 1 },
      licence: { MIT: 1 },
      owner: { ann: 1, bob: 2 },
      group: { lab: 1 },
      hasApp: { true: 1, false: 2 },
    })
  })

  it('leave out their own filter, but no other', () => {
    const filter = { facets: { tag: new Set(['a']), owner: new Set(['bob']) } }
    expect(ids(index, filter)).toEqual([two.id])
    expect(counts(filter)).toMatchObject({
      total: 1,
      task: { other: 1 },
      tag: { a: 1, b: 1 },
      owner: { ann: 1, bob: 1 },
      hasApp: { true: 1 },
    })
  })

  it('take several values of one for any of them', () => {
    expect(ids(index, { facets: { task: new Set(['translation', 'summarization']), tag: new Set(['a', 'b']) } })).toEqual([three.id])
    expect(ids(index, { facets: { hasApp: new Set(['true']) } })).toEqual([two.id])
  })

  it('say nothing of members to who may not know them', () => {
    expect(counts({ seesMembers: false })).toMatchObject({ total: 3, group: {} })
    expect(ids(index, { seesMembers: false, facets: { group: new Set(['lab']) } })).toEqual([])
  })
})

it('finds things by the beginnings of the words of their titles, where their project may be read', () => {
  const open = make()
  const closed = make({ visibility: 'private', ownerId: 'bob' })
  const index = filled(open, closed)
  const thing = { kind: 'report', title: 'Error analysis' } as const
  for (const { id } of [open, closed]) index.setTexts(id, { words: [], things: [{ ...thing, id: `r-${id}` }], revision: 1 })
  const access = filterFor(who('ann'), 'project:read')
  expect(index.things('report', access, ['err', 'ana'], 9)).toEqual([{ ...thing, id: `r-${open.id}`, projectId: open.id }])
  expect(index.things('dataset', access, ['err'], 9)).toEqual([])
})
