import type { EditorState } from '@tiptap/pm/state'

export interface SlashQuery {
  /** What was typed after the slash. */
  text: string
  /** Where the slash and what follows it are in the document. */
  from: number
  to: number
}

/**
 * The words after a slash that begins a line or follows a space, right before the cursor.
 * @returns null when the cursor is not behind one
 */
export function slashQuery(state: EditorState): SlashQuery | null {
  const { selection } = state
  const { $from, empty } = selection
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 40), $from.parentOffset, undefined, '\uFFFC')
  const match = /(?:^|\s)\/([\p{L}\p{N}-]*(?: [\p{L}\p{N}-]+)?)$/u.exec(before)
  if (!match) return null
  const text = match[1] ?? ''
  return { text, from: selection.from - text.length - 1, to: selection.from }
}
