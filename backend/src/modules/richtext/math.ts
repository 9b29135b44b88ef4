import katex from 'katex'
import { escapeHtml, tag } from './html.js'
import { latexFault, MAX_LATEX } from './latex.js'

const OPTIONS = {
  // No command that makes a link, loads something or sets an attribute.
  trust: false,
  throwOnError: false,
  strict: 'ignore',
  maxExpand: 1_000,
  // No rule as large as the page.
  maxSize: 50,
  output: 'htmlAndMathml',
} as const

/** A formula as KaTeX sets it, with MathML for those who listen; one that cannot be set is shown as it was written. */
export function renderMath(latex: string, displayMode: boolean): string {
  if (latex.length > MAX_LATEX || latexFault(latex) !== null) return asWritten(latex)
  try {
    return katex.renderToString(latex, { ...OPTIONS, displayMode })
  } catch (error) {
    // What is not a mistake in the formula KaTeX throws in spite of throwOnError, among others a RangeError when braces are nested too deep for its parser.
    if (!(error instanceof Error)) throw error
    return asWritten(latex)
  }
}

const asWritten = (latex: string): string => tag('code', { class: 'rt-math-error' }, escapeHtml(latex))
