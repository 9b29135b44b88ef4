import { getSchema } from '@tiptap/core'
import type { Schema } from '@tiptap/pm/model'
import type { RichText } from './document'
import { schemaExtensions } from './schema'

let schema: Schema | null = null

/**
 * A text as the editor would give it: attributes that were left out have their defaults. Two texts that say the same are the same then.
 * @throws RangeError when it is no text of ours
 */
export function normalised(doc: RichText): RichText {
  schema ??= getSchema(schemaExtensions())
  const { content } = schema.nodeFromJSON(doc).toJSON() as Partial<RichText>
  // ProseMirror leaves an empty content away.
  return { type: 'doc', content: content ?? [] }
}
