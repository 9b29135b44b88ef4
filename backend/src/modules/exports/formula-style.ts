import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const FOLDER = dirname(createRequire(import.meta.url).resolve('katex'))
// Its style sheet names each font in three formats; every browser that shows the page takes the first.
const SOURCES = /src:url\(fonts\/([A-Za-z0-9_-]+\.woff2)\)[^;}]*/g

let style: Promise<string> | undefined

/** KaTeX's style sheet with its fonts in it, some 400 kB. Read once; a failure is not kept. */
export function formulaStyle(): Promise<string> {
  style ??= read().catch((error: unknown) => {
    style = undefined
    throw error
  })
  return style
}

async function read(): Promise<string> {
  const css = await readFile(join(FOLDER, 'katex.min.css'), 'utf8')
  const names = [...new Set([...css.matchAll(SOURCES)].map(([, name = '']) => name))]
  const fonts = new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(FOLDER, 'fonts', name), 'base64')] as const)),
  )
  const inlined = css.replace(SOURCES, (_, name: string) => `src:url(data:font/woff2;base64,${fonts.get(name) ?? ''}) format("woff2")`)
  if (/url\((?!data:)/.test(inlined)) throw new Error('the style sheet of KaTeX names something else than its fonts')
  return inlined
}
