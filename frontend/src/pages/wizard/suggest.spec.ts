import { describe, expect, it } from 'vitest'
import { cardSections } from '../../api/card'
import { i18n } from '../../plugins/i18n'
import { plainText } from '../../plugins/tiptap/document'
import { suggestionFor, type Facts } from './suggest'

const words = (key: string, values: Record<string, string> = {}): string => i18n.global.t(`wizard.suggestion.${key}`, values)
const facts = (only: Partial<Facts> = {}): Facts => ({ title: 'Iris', task: '', taskName: '', frameworks: [], datasets: [], ...only })

describe('a suggestion', () => {
  it.each(cardSections)('for the %s has a text for all that it says', (section) => {
    for (const task of [
      '',
      'image-generation',
      'object-detection',
      'time-series-forecasting',
      'tabular-regression',
      'audio-classification',
    ])
      expect(plainText(suggestionFor(section, facts({ task, taskName: task }), words))).not.toContain('wizard.')
  })

  it('uses what is known of the project', () => {
    const known = facts({ task: 'tabular-classification', taskName: 'Tabular classification', frameworks: ['PyTorch'], datasets: ['iris'] })
    expect(plainText(suggestionFor('limitations', known, words))).toMatch(/It was made with iris\.[^]*classes are confused/)
    expect(plainText(suggestionFor('explanation', known, words))).toContain('Made with PyTorch.')
    expect(plainText(suggestionFor('description', known, words))).toContain('Iris is for Tabular classification.')
  })
})
