import { Extension } from '@tiptap/core'
import type { Node as ProseNode } from '@tiptap/pm/model'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'

/** The languages that can be chosen for code; each is one of lowlight's common ones. */
export const codeLanguages = [
  'bash',
  'c',
  'cpp',
  'css',
  'diff',
  'go',
  'java',
  'javascript',
  'json',
  'makefile',
  'markdown',
  'python',
  'r',
  'rust',
  'sql',
  'typescript',
  'xml',
  'yaml',
] as const

/** A node of a highlighted tree (hast), as far as it is read here. */
interface Tree {
  type: string
  value?: string
  properties?: { className?: unknown }
  children?: Tree[]
}
type Highlighter = (language: string, code: string) => Tree | null

let highlighter: Highlighter | null = null
let loading: Promise<void> | null = null

/** Loads the grammars, once; only a text with code in it needs them. */
async function load(): Promise<void> {
  const { common, createLowlight } = await import('lowlight')
  const lowlight = createLowlight(common)
  highlighter = (language, code) => (lowlight.registered(language) ? lowlight.highlight(language, code) : null)
}

interface Piece {
  from: number
  to: number
  classes: string
}

/** Where which classes are, counted from the beginning of the code. */
export function pieces(tree: Tree, at = 0, classes: readonly string[] = []): { pieces: Piece[]; length: number } {
  if (tree.type === 'text') {
    const length = tree.value?.length ?? 0
    return { pieces: classes.length > 0 && length > 0 ? [{ from: at, to: at + length, classes: classes.join(' ') }] : [], length }
  }
  const names = tree.properties?.className
  const mine = Array.isArray(names) ? [...classes, ...names.map(String)] : classes
  const found: Piece[] = []
  let length = 0
  for (const child of tree.children ?? []) {
    const inside = pieces(child, at + length, mine)
    found.push(...inside.pieces)
    length += inside.length
  }
  return { pieces: found, length }
}

// A block that did not change is not highlighted again.
const known = new WeakMap<ProseNode, Piece[]>()

function piecesOf(node: ProseNode): Piece[] {
  const before = known.get(node)
  if (before) return before
  const language: unknown = node.attrs['language']
  if (!highlighter || typeof language !== 'string') return []
  const tree = highlighter(language, node.textContent)
  const found = tree ? pieces(tree).pieces : []
  known.set(node, found)
  return found
}

function decorate(doc: ProseNode): DecorationSet {
  const decorations: Decoration[] = []
  doc.descendants((node, position) => {
    if (node.type.name !== 'codeBlock') return node.isBlock && !node.isTextblock
    for (const { from, to, classes } of piecesOf(node)) {
      decorations.push(Decoration.inline(position + 1 + from, position + 1 + to, { class: classes }))
    }
    return false
  })
  return DecorationSet.create(doc, decorations)
}

function hasCode(doc: ProseNode): boolean {
  let found = false
  doc.descendants((node) => {
    if (node.type.name === 'codeBlock' && node.attrs['language'] !== null) found = true
    return !found && node.isBlock && !node.isTextblock
  })
  return found
}

const key = new PluginKey<DecorationSet>('highlight')

/** Colours the code of the text. */
export const CodeHighlight = Extension.create({
  name: 'codeHighlight',
  addProseMirrorPlugins() {
    return [
      new Plugin<DecorationSet>({
        key,
        state: {
          init: (_config, { doc }) => decorate(doc),
          apply: (transaction, before) => {
            if (transaction.getMeta(key) !== undefined) return decorate(transaction.doc)
            return transaction.docChanged ? decorate(transaction.doc) : before
          },
        },
        props: { decorations: (state) => key.getState(state) },
        view: (view) => {
          let gone = false
          const ensure = (): void => {
            if (highlighter || !hasCode(view.state.doc)) return
            loading ??= load()
            // Without the grammars, code is shown plain.
            void loading.then(
              () => {
                if (!gone) view.dispatch(view.state.tr.setMeta(key, 'loaded'))
              },
              () => (loading = null),
            )
          }
          let pending = false
          ensure()
          return {
            update: (_view, before) => {
              if (pending || before.doc.eq(view.state.doc)) return
              pending = true
              queueMicrotask(() => {
                pending = false
                ensure()
              })
            },
            destroy: () => (gone = true),
          }
        },
      }),
    ]
  },
})
