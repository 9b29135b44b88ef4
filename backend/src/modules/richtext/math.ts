import katex from 'katex'
import { escapeHtml, tag } from './html.js'

const OPTIONS = {
  // No command that makes a link, loads something or sets an attribute.
  trust: false,
  throwOnError: false,
  strict: 'ignore',
  // A macro that calls itself, and a rule as large as the page.
  maxExpand: 1_000,
  maxSize: 50,
  output: 'htmlAndMathml',
} as const

/** A formula as KaTeX sets it, with MathML for those who listen; one that cannot be set is shown as it was written. */
export function renderMath(latex: string, displayMode: boolean): string {
  try {
    return katex.renderToString(latex, { ...OPTIONS, displayMode })
  } catch (error) {
    // What is not a mistake in the formula KaTeX throws in spite of throwOnError, among others a RangeError when braces are nested too deep for its parser.
    if (!(error instanceof Error)) throw error
    return tag('code', { class: 'rt-math-error' }, escapeHtml(latex))
  }
}
