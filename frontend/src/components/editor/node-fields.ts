import type { Editor } from '@tiptap/core'

/**
 * Changes one attribute of a node. Unlike `updateAttributes` of a node view, which puts another node in its place, it leaves the node
 * selected, so that one can type on in the field that belongs to it.
 */
export function setAttribute(editor: Editor, position: number | undefined, name: string, value: unknown): void {
  if (position === undefined || editor.state.doc.nodeAt(position) === null) return
  editor.view.dispatch(editor.state.tr.setNodeAttribute(position, name, value))
}

/** Puts the cursor behind a node of a line, at once: the next key may come within the same frame. */
export function writeOnBehind(editor: Editor, position: number): void {
  // Not the node's own size: Vue's proxy of it does not know that it is a leaf.
  editor.commands.setTextSelection(position + 1)
  editor.view.focus()
}
