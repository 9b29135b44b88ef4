import type { Editor } from '@tiptap/core'
import { Selection } from '@tiptap/pm/state'

/**
 * Changes one attribute of a node. Unlike `updateAttributes` of a node view, which puts another node in its place, it leaves the node
 * selected, so that one can type on in the field that belongs to it.
 */
export function setAttribute(editor: Editor, position: number | undefined, name: string, value: unknown): void {
  if (position === undefined || editor.state.doc.nodeAt(position) === null) return
  editor.view.dispatch(editor.state.tr.setNodeAttribute(position, name, value))
}

/**
 * Puts the cursor behind a node of a line, before the next key comes. At the end of a paragraph a space comes first: Chromium has no
 * place for a cursor between what cannot be written in and the end, and would go to the next paragraph.
 */
export function writeOnAt(editor: Editor, position: number): void {
  const { tr, doc } = editor.state
  const place = doc.resolve(position)
  if (place.parent.isTextblock && place.parentOffset === place.parent.content.size) tr.insertText(' ', position)
  tr.setSelection(Selection.near(tr.doc.resolve(Math.min(position + (tr.docChanged ? 1 : 0), tr.doc.content.size)), 1))
  editor.view.dispatch(tr)
  editor.view.focus()
}
