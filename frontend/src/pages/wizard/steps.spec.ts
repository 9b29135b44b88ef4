import { describe, expect, it } from 'vitest'
import { makeProject } from '../../../test/make'
import { cleaned, fieldsOf, mistakesOf } from './form'
import { firstOpen, stepsOf, type Progress } from './steps'

const text = { type: 'doc' as const, content: [] }
const paragraph = { type: 'doc' as const, content: [{ type: 'paragraph', content: [{ type: 'text', text: 'x' }] }] }
const emptyCard = { description: null, explanation: null, usage: null, limitations: null, performance: null }
const progress = (only: Partial<Progress> = {}): Progress => ({
  fields: fieldsOf(makeProject()),
  card: emptyCard,
  datasets: 0,
  apps: 0,
  published: false,
  ...only,
})
const done = (only: Partial<Progress>): string[] => stepsOf(progress(only)).flatMap((step) => (step.done ? [step.name] : []))

describe('how far a project is', () => {
  it.each<[string, Partial<Progress>, string[]]>([
    ['with a title alone', {}, []],
    ['with a summary', { fields: fieldsOf(makeProject({ summary: 'x' })) }, ['basics']],
    ['with data', { datasets: 1 }, ['links']],
    ['with a task but no licence', { fields: fieldsOf(makeProject({ task: 'other' })) }, []],
    ['with a task and a licence', { fields: fieldsOf(makeProject({ task: 'other', licence: 'MIT' })) }, ['attributes']],
    ['with half a card', { card: { ...emptyCard, usage: text } }, []],
    ['with a card', { card: { ...emptyCard, usage: text, limitations: text } }, ['card']],
    ['with words on its performance', { card: { ...emptyCard, performance: paragraph } }, ['performance']],
    ['with an empty line on its performance', { card: { ...emptyCard, performance: text } }, []],
    ['with an app', { apps: 1 }, ['app']],
    [
      'with a video in a quote',
      { card: { ...emptyCard, usage: { type: 'doc', content: [{ type: 'blockquote', content: [{ type: 'video' }] }] } } },
      ['app'],
    ],
    ['published', { published: true }, ['publish']],
  ])('%s', (_, only, names) => expect(done(only)).toEqual(names))

  it('goes on at the first step that a project cannot do without', () => {
    expect(firstOpen(stepsOf(progress()))).toBe('basics')
    expect(firstOpen(stepsOf(progress({ fields: fieldsOf(makeProject({ summary: 'x' })) })))).toBe('attributes')
  })
})

describe('fields of a project', () => {
  const typed = {
    ...fieldsOf(makeProject()),
    title: ' Iris ',
    contacts: [
      { name: '', email: ' ', url: '' },
      { name: ' Ada ', email: 'ada', url: '' },
    ],
    links: [{ title: '', url: 'javascript:alert(1)' }],
  }

  it('are stored without blank rows and spaces', () => {
    expect(cleaned(typed)).toMatchObject({ title: 'Iris', contacts: [{ name: 'Ada', email: 'ada', url: '' }] })
  })

  it('say what cannot be stored, where it is', () => {
    expect(mistakesOf(typed)).toEqual({ 'contacts.1.email': 'badEmail', 'links.0.title': 'nameMissing', 'links.0.url': 'badUrl' })
    expect(mistakesOf({ ...typed, title: ' ' })['title']).toBe('titleMissing')
  })
})
