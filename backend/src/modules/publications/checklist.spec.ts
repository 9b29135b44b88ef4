import { describe, expect, it } from 'vitest'
import type { CardTexts } from '../projects/card/card.js'
import type { RichText } from '../richtext/rich-text.js'
import { checklistOf, passes, type EngineFacts } from './checklist.js'
import { BUILT_IN_POLICY, type PublicationPolicy } from './publication-policy.js'

const textOf = (text: string): RichText => ({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text }] }] })
const STRICT: PublicationPolicy = {
  ...{ requireLicence: true, minLimitationsWords: 3, requireDataset: true, requireAppReady: true, refuseSecretLookingEnv: true },
  enforced: true,
  revision: 1,
}
const READY: EngineFacts = { name: 'demo', env: [{ name: 'GREETING', value: 'hello' }], status: { phase: 'Idle', steps: [] } }
const NO_CARD: CardTexts = { description: null, explanation: null, usage: null, limitations: null, performance: null }

/** A project that has everything, but for what is named. */
const check = (
  but: { licence?: string; limitations?: RichText | null; files?: number; engines?: EngineFacts[] } = {},
  policy: PublicationPolicy = STRICT,
) => {
  const { licence = 'MIT', limitations = textOf('Only three words'), files = 1, engines = [READY] } = but
  const facts = [
    { summary: 'A project', licence, contacts: [{ name: 'Ada', email: '', url: '' }] },
    { ...NO_CARD, description: textOf('It does things'), limitations },
    [],
    [{ files }],
    engines,
  ] as const satisfies unknown[]
  const items = checklistOf(policy, ...facts)
  return {
    items,
    passed: passes(policy, ...facts),
    open: items.filter(({ state }) => state !== 'ok').map(({ id, state }) => `${id} ${state}`),
  }
}

describe('the checklist', () => {
  it('is all fine for a project that has everything, and then names nothing to mend', () => {
    const { items, open, passed } = check()
    expect([open, passed]).toEqual([[], true])
    expect(items.every(({ field }) => field === null)).toBe(true)
  })

  it.each([
    ['a licence', { licence: ' ' }, 'licence'],
    ['limitations', { limitations: null }, 'limitations'],
    ['enough words about them', { limitations: textOf('Two words.') }, 'limitations'],
    ['a data set with files', { files: 0 }, 'dataset'],
    ['an app', { engines: [] }, 'app'],
    ['an app that was ready', { engines: [{ ...READY, status: { phase: 'Failed', steps: [] } }] satisfies EngineFacts[] }, 'app'],
    ['an environment without secrets', { engines: [{ ...READY, env: [{ name: 'API_KEY', value: 'abc-def' }] }] }, 'secrets'],
  ] as const)('asks for %s: it blocks while that is enforced, and is advice otherwise', (_, but, id) => {
    expect(check(but as Parameters<typeof check>[0])).toMatchObject({ open: [`${id} blocking`], passed: false })
    expect(check(but as Parameters<typeof check>[0], { ...STRICT, enforced: false })).toMatchObject({
      open: [`${id} warning`],
      passed: false,
    })
    const lenient = {
      requireLicence: false,
      minLimitationsWords: 0,
      requireDataset: false,
      requireAppReady: false,
      refuseSecretLookingEnv: false,
    }
    expect(check(but as Parameters<typeof check>[0], { ...STRICT, ...lenient }).passed).toBe(true)
  })

  it('says what to do, where, and never what a secret is', () => {
    const engines = [{ ...READY, env: [{ name: 'DB_PASSWORD', value: 'hunter2-hunter2' }] }]
    const { items } = check({ engines })
    const [secret] = items.filter(({ id }) => id === 'secrets')
    expect(secret?.field).toBe('env')
    expect(secret?.detail).toContain('DB_PASSWORD (demo)')
    expect(JSON.stringify(items)).not.toContain('hunter2')
  })

  it('tells its figures beside the words, for other languages', () => {
    const found = Array.from({ length: 12 }, (_, index) => ({ name: `KEY_${index}_TOKEN`, value: 'hunter2-hunter2' }))
    const { items } = check({ limitations: textOf('Two words.'), engines: [{ ...READY, env: found }] })
    const params = Object.fromEntries(items.map(({ id, params }) => [id, params]))
    expect(params).toMatchObject({
      licence: { licence: 'MIT' },
      limitations: { words: 2, wanted: 3 },
      dataset: { datasets: 1, files: 1 },
      app: { apps: 1 },
      alt: { images: 0 },
    })
    expect(params['secrets']).toEqual({
      variables: found
        .slice(0, 10)
        .map(({ name }) => `${name} (demo)`)
        .join(', '),
      more: 2,
    })
    expect(items.find(({ id }) => id === 'limitations')?.detail).toBe(
      'Say in at least 3 words what it is not good for and where it fails. There are 2 so far.',
    )
  })

  it('counts an app that was ready since its last deploy, whatever it does now', () => {
    const engines: EngineFacts[] = [{ ...READY, status: { phase: 'Paused', steps: [{ name: 'ready', state: 'done' }] } }]
    expect(check({ engines }).passed).toBe(true)
  })

  it('counts words in any script, and images without a text', () => {
    const image: RichText = { type: 'doc', content: [{ type: 'image', attrs: { asset: 'a', alt: ' ' } }] }
    const items = checklistOf(BUILT_IN_POLICY, { summary: '', licence: '', contacts: [] }, { ...NO_CARD, usage: image }, [], [], [])
    expect(items.find(({ id }) => id === 'alt')).toMatchObject({ state: 'warning', field: 'reports' })
    expect(check({ limitations: textOf('не для всех') }).passed).toBe(true)
    expect(check({ limitations: textOf('— … !') }).passed).toBe(false)
  })
})
