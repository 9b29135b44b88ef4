import { afterAll, beforeAll, expect, it } from 'vitest'
import { newId } from '../../src/common/ids.js'
import { ALL_ACTIONS, isOnProject } from '../../src/common/policy/actions.js'
import { can, filterFor, type ProjectResource } from '../../src/common/policy/policy.js'
import { newProject, type Project } from '../../src/modules/projects/project.js'
import { ProjectRepository } from '../../src/modules/projects/project.repository.js'
import { startApp, type TestApp } from '../app.js'
import { pick, random, randomProject, randomSubject } from '../factories/policy.js'

const PROJECTS = 120
const SUBJECTS = 300

let portal: TestApp
beforeAll(async () => {
  portal = await startApp({ spec: import.meta.filename })
})
afterAll(() => portal.remove())

const at = new Date('2026-01-01T00:00:00Z')
const stored = (resource: ProjectResource): Project =>
  newProject({ ...resource, members: [...resource.members], slug: resource.id, title: resource.id, createdAt: at })

it('the database finds exactly the projects on which the policy says yes, before and after they are shared anew', async () => {
  const projects = portal.app.get(ProjectRepository, { strict: false })
  const next = random(7)
  const all: Project[] = []
  for (let i = 0; i < PROJECTS; i++) {
    const id = newId()
    const first = stored(randomProject(next, id))
    await projects.insert(first)
    const { ownerId, visibility, members } = randomProject(next, id)
    const shared = next() < 0.5 ? await projects.share(id, 1, { ownerId, visibility, members: [...members] }, at) : first
    if (!shared) throw new Error('not shared')
    all.push(shared)
  }
  const ids = all.map(({ id }) => id)
  const onProject = ALL_ACTIONS.filter(isOnProject)
  let found = 0
  for (let i = 0; i < SUBJECTS; i++) {
    const auth = randomSubject(next, ids)
    const action = pick(next, onProject)
    const expected = all.filter((project) => can(auth, action, project)).map(({ id }) => id)
    const access = filterFor(auth, action)
    const among = access === null ? [] : await projects.findIds(ids, access)
    expect({ i, action, ids: among.sort() }).toEqual({ i, action, ids: [...expected].sort() })
    found += expected.length
  }
  // Cases in which nobody sees anything would prove nothing.
  expect(found).toBeGreaterThan(SUBJECTS * 5)
})
