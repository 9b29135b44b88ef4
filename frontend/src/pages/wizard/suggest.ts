import type { CardSection } from '../../api/card'
import type { RichNode, RichText } from '../../plugins/tiptap/document'

/** What a suggestion is made of. */
export interface Facts {
  title: string
  /** The name of its task; empty for none. */
  taskName: string
  task: string
  frameworks: readonly string[]
  datasets: readonly string[]
}

/** Texts by their keys below `wizard.suggestion`. */
type Words = (key: string, values?: Record<string, string>) => string

const paragraph = (text: string): RichNode => ({ type: 'paragraph', content: [{ type: 'text', text }] })
const heading = (text: string): RichNode => ({ type: 'heading', attrs: { level: 3 }, content: [{ type: 'text', text }] })
const bullets = (texts: readonly string[]): RichNode => ({
  type: 'bulletList',
  content: texts.map((text) => ({ type: 'listItem', content: [paragraph(text)] })),
})
const code = (text: string): RichNode => ({ type: 'codeBlock', attrs: { language: 'python' }, content: [{ type: 'text', text }] })
const cell = (type: 'tableHeader' | 'tableCell', text: string): RichNode => ({
  type,
  attrs: { colspan: 1, rowspan: 1 },
  content: [text === '' ? { type: 'paragraph' } : paragraph(text)],
})

/** What to say of the weak points of a kind of task. */
const kinds: readonly [pattern: RegExp, key: string][] = [
  [/^(?:image-generation|text-generation|summarization|translation|text-to-speech)$/, 'generation'],
  [/^(?:image-|object-)/, 'vision'],
  [/speech|audio/, 'speech'],
  [/^time-series/, 'time'],
  [/regression$/, 'regression'],
  [/classification$|anomaly/, 'classification'],
]

/** A skeleton of a section, made of what is known of the project, to be written over. */
export function suggestionFor(section: CardSection, facts: Facts, t: Words): RichText {
  const { title, task, taskName, frameworks, datasets } = facts
  const data = datasets.length > 0 ? t('dataText', { data: datasets.join(', ') }) : t('dataPlain')
  const kind = kinds.find(([pattern]) => pattern.test(task))?.[1]
  const content: Record<CardSection, () => RichNode[]> = {
    description: () => [paragraph(taskName === '' ? t('useForPlain', { title }) : t('useForTask', { title, task: taskName }))],
    explanation: () => [paragraph(frameworks.length > 0 ? t('howFrameworks', { frameworks: frameworks.join(', ') }) : t('howPlain'))],
    usage: () => [bullets([t('input'), t('output')]), heading(t('example')), code(`# ${t('exampleText')}`)],
    limitations: () => [
      heading(t('notFor')),
      bullets([t('notForText')]),
      heading(t('data')),
      paragraph(data),
      heading(t('fails')),
      bullets([t('failsText'), ...(kind ? [t(`tasks.${kind}`)] : [])]),
    ],
    performance: () => [
      {
        type: 'table',
        content: [
          { type: 'tableRow', content: ['metric', 'value', 'on'].map((name) => cell('tableHeader', t(`table.${name}`))) },
          { type: 'tableRow', content: ['', '', ''].map((text) => cell('tableCell', text)) },
        ],
      },
      heading(t('measured')),
      paragraph(t('measuredText')),
    ],
  }
  return { type: 'doc', content: content[section]() }
}
