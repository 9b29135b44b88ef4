import { afterEach, describe, expect, it } from 'vitest'
import type { VueWrapper } from '@vue/test-utils'
import { makeEngine } from '../../../test/make'
import { mountWithApp } from '../../../test/mount'
import { ApiProblem } from '../../api/client'
import EngineForm from './EngineForm.vue'

let form: VueWrapper
afterEach(() => form.unmount())

const show = (props: Record<string, unknown> = {}): VueWrapper =>
  (form = mountWithApp(EngineForm, { engine: null, pending: false, problem: null, stale: false, focus: null, ...props }))
const field = (label: string) => {
  const found = form.findAll('label').find((candidate) => candidate.text() === label)
  return form.get<HTMLInputElement>(`[id="${found?.attributes('for')}"]`)
}
const labelOfFocus = (): string => document.querySelector(`label[for="${document.activeElement?.id}"]`)?.textContent ?? ''
const errors = (): string[] => form.findAll('[role=alert]').map((alert) => alert.text())

describe('EngineForm', () => {
  it('asks for what is missing, at the field, and sends nothing', async () => {
    show()
    await form.get('form').trigger('submit')
    expect(errors()).toEqual(['Give the app a name.', 'Give a container image.', 'Use a number from 1 to 65535.'])
    expect(form.emitted('submit')).toBeUndefined()
    expect(labelOfFocus()).toBe('Name')
  })

  it.each(['Demo', '1demo', 'demo-', 'a_b', 'a'.repeat(64)])('refuses %s as a name', async (name) => {
    show()
    await field('Name').setValue(name)
    await form.get('form').trigger('submit')
    expect(errors()[0]).toContain('lower-case letters')
  })

  it('sends what was typed, with the environment as an object', async () => {
    show()
    await field('Name').setValue(' demo ')
    await field('Image').setValue('group/app:1')
    await field('Port').setValue('7860')
    await form
      .findAll('button')
      .find((button) => button.text() === 'Add a variable')
      ?.trigger('click')
    await field('Variable name').setValue('GREETING')
    await field('Value').setValue('a=b: "c"\n')
    await form.get('form').trigger('submit')
    expect(form.emitted('submit')).toEqual([
      [{ name: 'demo', image: 'group/app:1', port: 7860, env: { GREETING: expect.stringContaining('a=b: "c"') as string } }],
    ])
  })

  it('begins at the field that a failure names, and keeps the name of what runs', async () => {
    show({ engine: makeEngine({ port: 80 }), focus: 'port' })
    await new Promise((resolve) => setTimeout(resolve))
    expect(labelOfFocus()).toBe('Port')
    expect(form.findAll('label').map((label) => label.text())).not.toContain('Name')
    expect(field('Port').element.value).toBe('80')
  })

  it('shows the errors of the portal at their fields, and what belongs to none below', () => {
    const problem = new ApiProblem({
      code: 'validation-failed',
      status: 400,
      detail: 'Change the fields.',
      errors: [{ path: 'image', message: 'is not an image' }],
    })
    show({ problem })
    expect(errors()).toEqual(['is not an image'])
    form.unmount()
    show({ problem: new ApiProblem({ code: 'database-unavailable', status: 503, detail: 'Try again in a moment.' }) })
    expect(errors()).toEqual(['Try again in a moment.'])
  })
})
