import { definesCommands } from '../../plugins/tiptap/latex'

let loading: Promise<typeof import('katex').default> | null = null

async function load(): Promise<typeof import('katex').default> {
  const [{ default: katex }] = await Promise.all([import('katex'), import('katex/dist/katex.min.css')])
  return katex
}

/**
 * Sets a formula into an element. A formula that cannot be set is shown as it was typed, with what is wrong on hover.
 * @returns whether it could be set
 */
export async function setFormula(element: HTMLElement, latex: string, displayMode: boolean): Promise<boolean> {
  loading ??= load()
  let katex
  try {
    katex = await loading
  } catch (error) {
    if (!(error instanceof Error)) throw error
    loading = null
    element.textContent = latex
    return false
  }
  if (definesCommands(latex)) {
    // Never given to KaTeX: its limits do not bound what such a formula becomes, and the page would stand still.
    element.textContent = latex
    element.title = 'A formula cannot define commands.'
    return false
  }
  try {
    katex.render(latex, element, { displayMode, throwOnError: true, trust: false, strict: 'ignore', maxExpand: 200, maxSize: 20 })
    element.removeAttribute('title')
    return true
  } catch (error) {
    // Not only its own errors: braces that are nested too deep end in a RangeError.
    if (!(error instanceof Error)) throw error
    element.textContent = latex
    element.title = error.message
    return false
  }
}
