import { afterEach, describe, expect, it } from 'vitest'
import type { VueWrapper } from '@vue/test-utils'
import { mountWithApp } from '../../../test/mount'
import type { ProjectInput } from '../models'
import ProjectForm from './ProjectForm.vue'

let form: VueWrapper
afterEach(() => form.unmount())

const show = (only: Partial<ProjectInput> = {}, errors: { path: string; message: string }[] = []): VueWrapper =>
  (form = mountWithApp(ProjectForm, {
    modelValue: { title: '', summary: '', task: '', tags: [], ...only },
    errors,
    'onUpdate:modelValue': (modelValue: ProjectInput) => form.setProps({ modelValue }),
  }))
const alerts = (): string[] => form.findAll('[role=alert]').map((alert) => alert.text())

describe('ProjectForm', () => {
  it('asks for a title only when one tries to go on', async () => {
    show()
    expect(alerts()).toEqual([])
    await form.get('form').trigger('submit')
    await new Promise((resolve) => setTimeout(resolve))
    expect(alerts()).toEqual(['Give the project a title.'])
    expect(form.emitted('submit')).toBeUndefined()
  })

  it('says at once how much a title is too long', () => {
    show({ title: 'x'.repeat(300) })
    expect(alerts()).toEqual(['Use at most 120 characters; these are 300.'])
  })

  it('shows what the portal refuses until the field is changed', async () => {
    show({ title: 'Iris', tags: ['a'] }, [{ path: 'tags.0', message: 'is taken' }])
    expect(alerts()).toEqual(['is taken'])
    const tags = form.get('[aria-invalid=true]')
    await tags.setValue('b')
    await tags.trigger('keydown', { key: 'Enter' })
    expect(alerts()).toEqual([])
    expect(form.emitted('update:modelValue')?.at(-1)).toMatchObject([{ tags: ['a', 'b'] }])
  })

  it('sends when all is well', async () => {
    show({ title: 'Iris' })
    await form.get('form').trigger('submit')
    await new Promise((resolve) => setTimeout(resolve))
    expect(form.emitted('submit')).toHaveLength(1)
  })
})
