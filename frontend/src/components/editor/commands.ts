import {
  symRoundedBarChart,
  symRoundedCheckBox,
  symRoundedCode,
  symRoundedDangerous,
  symRoundedFormatListBulleted,
  symRoundedFormatListNumbered,
  symRoundedFormatQuote,
  symRoundedFunction,
  symRoundedHorizontalRule,
  symRoundedImage,
  symRoundedInfo,
  symRoundedLightbulb,
  symRoundedMovie,
  symRoundedRocketLaunch,
  symRoundedSuperscript,
  symRoundedTable,
  symRoundedTextFields,
  symRoundedTitle,
  symRoundedToc,
  symRoundedWarning,
} from '@quasar/extras/material-symbols-rounded'
import type { ChainedCommands, Editor } from '@tiptap/core'
import { NodeSelection, Selection } from '@tiptap/pm/state'
import type { CalloutKind } from '../../plugins/tiptap/schema'

/** What the page does beyond the text itself. */
export interface PageActions {
  image: () => void
  video: () => void
  chart: () => void
  app: () => void
}

/** Something that can be put into a text, by the slash menu or the button for more. */
export interface Insertion {
  /** The name of it in i18n, under `editor.insert`. */
  key: string
  icon: string
  run: (editor: Editor, page: PageActions) => void
}

/** Puts a block into the text, with the cursor behind it: what is typed next would take the place of what is selected. */
export function insertBlock(chain: ChainedCommands, node: { type: string; attrs?: Record<string, unknown> }): void {
  chain
    .insertContent(node)
    .command(({ tr, editor }) => {
      const { $to } = tr.selection
      const after = $to.depth === 0 ? $to.pos : $to.after(1)
      if (after >= tr.doc.content.size) tr.insert(tr.doc.content.size, editor.schema.nodes['paragraph']?.create() ?? [])
      if (tr.selection instanceof NodeSelection)
        tr.setSelection(Selection.near(tr.doc.resolve(Math.min(after + 1, tr.doc.content.size)), 1))
      return true
    })
    .scrollIntoView()
    .run()
}

const node = (type: string): ((editor: Editor) => void) => {
  return (editor) => insertBlock(editor.chain().focus(), { type })
}

/** A formula or a note is written right after it was put there: it is selected. */
const opened = (type: string, attrs: Record<string, unknown>): ((editor: Editor) => void) => {
  return (editor) => {
    editor
      .chain()
      .focus()
      .insertContent({ type, attrs })
      .command(({ tr, commands }) => {
        let last: number | null = null
        tr.doc.nodesBetween(Math.max(0, tr.selection.from - 3), Math.min(tr.doc.content.size, tr.selection.from + 1), (found, position) => {
          if (found.type.name === type) last = position
        })
        return last === null ? true : commands.setNodeSelection(last)
      })
      .run()
  }
}

const callout = (kind: CalloutKind): ((editor: Editor) => void) => {
  return (editor) => {
    if (editor.isActive('callout')) editor.chain().focus().updateAttributes('callout', { kind }).run()
    else editor.chain().focus().wrapIn('callout', { kind }).run()
  }
}

export const insertions: readonly Insertion[] = [
  { key: 'paragraph', icon: symRoundedTextFields, run: (editor) => editor.chain().focus().setParagraph().run() },
  { key: 'heading2', icon: symRoundedTitle, run: (editor) => editor.chain().focus().setHeading({ level: 2 }).run() },
  { key: 'heading3', icon: symRoundedTitle, run: (editor) => editor.chain().focus().setHeading({ level: 3 }).run() },
  { key: 'heading4', icon: symRoundedTitle, run: (editor) => editor.chain().focus().setHeading({ level: 4 }).run() },
  { key: 'bulletList', icon: symRoundedFormatListBulleted, run: (editor) => editor.chain().focus().toggleBulletList().run() },
  { key: 'orderedList', icon: symRoundedFormatListNumbered, run: (editor) => editor.chain().focus().toggleOrderedList().run() },
  { key: 'taskList', icon: symRoundedCheckBox, run: (editor) => editor.chain().focus().toggleTaskList().run() },
  { key: 'chart', icon: symRoundedBarChart, run: (_editor, page) => page.chart() },
  { key: 'image', icon: symRoundedImage, run: (_editor, page) => page.image() },
  { key: 'video', icon: symRoundedMovie, run: (_editor, page) => page.video() },
  { key: 'app', icon: symRoundedRocketLaunch, run: (_editor, page) => page.app() },
  {
    key: 'table',
    icon: symRoundedTable,
    run: (editor) => editor.chain().focus().insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
  },
  { key: 'codeBlock', icon: symRoundedCode, run: (editor) => editor.chain().focus().setCodeBlock().run() },
  { key: 'blockMath', icon: symRoundedFunction, run: opened('blockMath', { latex: '' }) },
  { key: 'inlineMath', icon: symRoundedFunction, run: opened('inlineMath', { latex: '' }) },
  { key: 'blockquote', icon: symRoundedFormatQuote, run: (editor) => editor.chain().focus().setBlockquote().run() },
  { key: 'note', icon: symRoundedInfo, run: callout('note') },
  { key: 'tip', icon: symRoundedLightbulb, run: callout('tip') },
  { key: 'warning', icon: symRoundedWarning, run: callout('warning') },
  { key: 'danger', icon: symRoundedDangerous, run: callout('danger') },
  { key: 'footnote', icon: symRoundedSuperscript, run: opened('footnote', { text: '' }) },
  { key: 'tableOfContents', icon: symRoundedToc, run: node('tableOfContents') },
  { key: 'horizontalRule', icon: symRoundedHorizontalRule, run: (editor) => editor.chain().focus().setHorizontalRule().run() },
]

/** The insertions whose name or other names have each typed word in them; those whose name begins with it come first. */
export function found(query: string, nameOf: (key: string) => string, wordsOf: (key: string) => string, all = insertions): Insertion[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const matches = all.filter(({ key }) => {
    const text = `${nameOf(key)} ${wordsOf(key)}`.toLowerCase()
    return words.every((word) => text.includes(word))
  })
  const begins = ({ key }: Insertion): number =>
    nameOf(key)
      .toLowerCase()
      .startsWith(words[0] ?? '')
      ? 0
      : 1
  return matches.toSorted((a, b) => begins(a) - begins(b))
}
