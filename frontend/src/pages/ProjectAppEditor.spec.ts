import { flushPromises, type VueWrapper } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { fakePortal, refusal } from '../../test/fake-portal'
import { makeEngine, makeOptions, makeProject } from '../../test/make'
import { mountWithApp } from '../../test/mount'
import type { Engine, Preflight } from '../components/models'
import { useEnginesStore } from '../stores/engines'
import ProjectAppEditor from './ProjectAppEditor.vue'

const push = vi.fn()
vi.mock('vue-router', () => ({ useRoute: () => ({ query: {} }), useRouter: () => ({ push }), onBeforeRouteLeave: () => undefined }))

const preflight = (verdict: Preflight['verdict']): Preflight => ({ verdict, checks: [], image: null, quota: [], changes: [], diff: null })
let page: VueWrapper
let calls: string[]
const sent: unknown[] = []

beforeEach(() => {
  setActivePinia(createPinia())
  push.mockClear()
  sent.length = 0
})
afterEach(() => {
  page.unmount()
  vi.unstubAllGlobals()
})

type Handlers = Parameters<typeof fakePortal>[0]

function show(engine: Engine | null, handlers: Handlers): void {
  calls = fakePortal(handlers)
  page = mountWithApp(ProjectAppEditor, { project: makeProject(), engine, options: makeOptions(), focus: '' })
}
const checked = (verdict: Preflight['verdict']): Handlers => ({ 'POST /engines/preflight': () => ({ body: preflight(verdict) }) })
const deployed: Handlers = {
  'POST /engines': ({ body }) => {
    sent.push(body)
    return { status: 202, body: makeEngine() }
  },
  'PATCH /engines/e1': ({ body }) => {
    sent.push(body)
    return { status: 202, body: makeEngine({ revision: 2 }) }
  },
}
const field = (label: string) => {
  const found = page.findAll('label').find((candidate) => candidate.text().startsWith(label))
  return page.get<HTMLInputElement>(`[id="${found?.attributes('for')}"]`)
}
const deployButton = () => page.get('.editor__deploy')
async function deploy(): Promise<void> {
  await deployButton().trigger('click')
  await flushPromises()
}
async function fillIn(): Promise<void> {
  await field('Name').setValue('demo')
  await field('Image').setValue('group/app:1')
  await field('Port').setValue('7860')
}

it('asks for what is missing before anyone is asked', async () => {
  show(null, {})
  await deploy()
  expect(page.findAll('[role=alert]').map((alert) => alert.text())).toEqual([
    'Give the app a name.',
    'Give a container image.',
    'Use a number from 1 to 65535.',
  ])
  expect(calls).toEqual([])
})

it('checks what it deploys, and goes to the app', async () => {
  show(null, { ...checked('ok'), ...deployed })
  await fillIn()
  await deploy()
  expect(calls).toEqual(['POST /engines/preflight', 'POST /engines'])
  expect(sent[0]).toMatchObject({ projectId: 'p1', name: 'demo', image: 'group/app:1', port: 7860, size: 'small' })
  expect(push).toHaveBeenCalledWith({ name: 'project-app', params: { engine: 'demo' } })
})

it('passes over a warning only when asked again', async () => {
  show(null, { ...checked('warning'), ...deployed })
  await fillIn()
  await deploy()
  expect(calls).toEqual(['POST /engines/preflight'])
  expect(deployButton().text()).toBe('Deploy anyway')
  await deploy()
  expect(calls).toEqual(['POST /engines/preflight', 'POST /engines'])
})

it('does not deploy what is blocked, until something is changed', async () => {
  show(null, { ...checked('blocked'), ...deployed })
  await fillIn()
  await deploy()
  expect(deployButton().attributes('disabled')).toBe('')
  await field('Image').setValue('group/app:2')
  expect(deployButton().attributes('disabled')).toBeUndefined()
  expect(calls).toEqual(['POST /engines/preflight'])
})

it('lets go on without the check when the check is away', async () => {
  show(null, { 'POST /engines/preflight': () => refusal(503, 'database-unavailable'), ...deployed })
  await fillIn()
  await deploy()
  expect(deployButton().text()).toBe('Deploy without the check')
  await deploy()
  expect(calls).toEqual(['POST /engines/preflight', 'POST /engines'])
})

it('sends only what was changed, on top of what someone else changed meanwhile', async () => {
  const theirs = makeEngine({ image: 'group/app:9', revision: 5 })
  let first = true
  const patch = deployed['PATCH /engines/e1']
  show(makeEngine(), {
    ...checked('ok'),
    'GET /engines/e1': () => ({ body: theirs }),
    'PATCH /engines/e1': (request) => {
      if (!first && patch) return patch(request)
      first = false
      return refusal(409, 'engine-revision-conflict')
    },
  })
  const store = useEnginesStore()
  store.projectId = 'p1'
  await field('Port').setValue('80')
  await deploy()
  expect(page.text()).toContain('Someone else changed this app meanwhile')
  expect(field('Image').element.value).toBe('group/app:9')
  await deploy()
  expect(sent).toEqual([{ revision: 5, port: 80 }])
})
