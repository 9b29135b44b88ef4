import { flushPromises } from '@vue/test-utils'
import { afterEach, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { mountWithApp } from '../../test/mount'
import { ApiProblem } from '../api/client'
import type { Problem } from '../api/generated'
import InlineProblem from '../components/content/InlineProblem.vue'
import { setLanguage } from '../plugins/i18n'
import type { problems } from '../plugins/i18n/en-problems'
import { langOf, useAction } from './useProblem'

const known = new ApiProblem({ status: 401, code: 'invalid-credentials', title: 'Wrong', detail: 'Of the portal.' })
const unknown = new ApiProblem({ status: 409, code: 'new-here', title: 'New', detail: 'Of the portal.' })

describe('what is told of a problem', () => {
  beforeAll(() => setLanguage('de'), 60_000)
  afterEach(() => setLanguage('en'))

  it('is in the words of the page where there are some, else in those of the portal, marked as English', async () => {
    await setLanguage('de')
    const own = mountWithApp(InlineProblem, { problem: known })
    expect(own.text()).toContain('Passwort ist falsch')
    expect(own.find('[lang]').exists()).toBe(false)
    const foreign = mountWithApp(InlineProblem, { problem: unknown })
    expect(foreign.get('[lang=en]').text()).toBe('Of the portal.')
    own.unmount()
    foreign.unmount()
  })

  it('has words only for codes that there are', () => {
    expectTypeOf<keyof typeof problems>().toExtend<Problem['code']>()
  })
})

it('knows what the portal has said of a field', async () => {
  const action = useAction()
  const view = mountWithApp(
    defineComponent(() => () => h('p', { lang: langOf(action.fieldError.value('name')) }, action.fieldError.value('name'))),
    {},
  )
  await action.run(() =>
    Promise.reject(
      new ApiProblem({ status: 400, code: 'validation-failed', detail: '', errors: [{ path: 'name', message: 'is taken twice' }] }),
    ),
  )
  await flushPromises()
  expect(view.get('p[lang=en]').text()).toBe('is taken twice')
  expect(langOf('ours')).toBeUndefined()
  view.unmount()
})
