import { afterEach, beforeAll, expect, it } from 'vitest'
import { mountWithApp } from '../../test/mount'
import type { ChecklistItem } from '../api/publications'
import CheckList from '../components/publish/CheckList.vue'
import { setLanguage } from '../plugins/i18n'

// The German texts are loaded once.
beforeAll(async () => {
  await setLanguage('de')
  await setLanguage('en')
}, 60_000)
afterEach(() => setLanguage('en'))

const item = (id: string, state: ChecklistItem['state'], params: ChecklistItem['params'] = {}): ChecklistItem => ({
  ...{ id, state, params },
  ...{ title: 'Of the portal', detail: 'Its own words.', field: null },
})
function said(one: ChecklistItem): string {
  const list = mountWithApp(CheckList, { items: [one], fixOf: () => null })
  const text = list.findAll('.checklist__words p').at(-1)?.text() ?? ''
  list.unmount()
  return text
}

it.each([
  ['It is under MIT.', 'Es steht unter MIT.', item('licence', 'ok', { licence: 'MIT' })],
  [
    'Say in at least 50 words what it is not good for and where it fails. There are none so far.',
    'Sagen Sie in mindestens 50 Wörtern, wofür es nicht taugt und wo es versagt. Bisher steht dort keines.',
    item('limitations', 'blocking', { words: 0, wanted: 50 }),
  ],
  [
    'Say in at least 1 word what it is not good for and where it fails. There is 1 so far.',
    'Sagen Sie in mindestens 1 Wort, wofür es nicht taugt und wo es versagt. Bisher steht dort 1.',
    item('limitations', 'warning', { words: 1, wanted: 1 }),
  ],
  [
    'The card tells its limitations in 62 words.',
    'Die Karte nennt die Grenzen in 62 Wörtern.',
    item('limitations', 'ok', { words: 62, wanted: 50 }),
  ],
  ['1 data set with 3 files.', '1 Datensatz mit 3 Dateien.', item('dataset', 'ok', { datasets: 1, files: 3 })],
  ['Deploy an app that people can try.', 'Stellen Sie eine App zum Ausprobieren bereit.', item('app', 'warning', { apps: 0 })],
  [
    'Wait until an app has been ready once, or see on its page why it is not.',
    'Warten Sie, bis eine App einmal bereit war, oder sehen Sie auf ihrer Seite nach, woran es liegt.',
    item('app', 'warning', { apps: 1 }),
  ],
  [
    'These look like secrets: API_KEY (demo). Make them secrets of their app, and replace what was readable until now.',
    'Das sieht nach Geheimnissen aus: API_KEY (demo). Machen Sie daraus Geheimnisse der App, und ersetzen Sie, was bisher lesbar war.',
    item('secrets', 'blocking', { variables: 'API_KEY (demo)', more: 0 }),
  ],
  [
    'These look like secrets: A (demo), B (demo) and 3 more. Make them secrets of their app, and replace what was readable until now.',
    'Das sieht nach Geheimnissen aus: A (demo), B (demo) und 3 weitere. Machen Sie daraus Geheimnisse der App, und ersetzen Sie, was bisher lesbar war.',
    item('secrets', 'blocking', { variables: 'A (demo), B (demo)', more: 3 }),
  ],
  [
    'Describe what 2 images without an alternative text show, for those who do not see them.',
    'Beschreiben Sie, was 2 Bilder ohne Alternativtext zeigen, für alle, die sie nicht sehen.',
    item('alt', 'warning', { images: 2 }),
  ],
])('says “%s”, and that in German', async (english, german, one) => {
  expect(said(one)).toBe(english)
  await setLanguage('de')
  expect(said(one)).toBe(german)
})

it('says what it does not know in the words of the portal, marked as English', async () => {
  await setLanguage('de')
  const list = mountWithApp(CheckList, { items: [item('new-here', 'warning')], fixOf: () => null })
  expect(list.findAll('[lang=en]').map((each) => each.text())).toEqual(['Of the portal', 'Its own words.'])
  list.unmount()
})
