import { Extension } from '@tiptap/core'
import type { Node as ProseNode } from '@tiptap/pm/model'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { anchors } from './document'

function decorate(doc: ProseNode): DecorationSet {
  const anchor = anchors()
  const decorations: Decoration[] = []
  doc.descendants((node, position) => {
    if (node.type.name === 'heading') {
      decorations.push(Decoration.node(position, position + node.nodeSize, { id: anchor(node.textContent.trim()), tabindex: '-1' }))
    }
    return node.isBlock && !node.isTextblock
  })
  return DecorationSet.create(doc, decorations)
}

const key = new PluginKey<DecorationSet>('headingAnchors')

/** Gives each heading the anchor that the outline leads to. It is of the page, not of the text. */
export const HeadingAnchors = Extension.create({
  name: 'headingAnchors',
  addProseMirrorPlugins() {
    return [
      new Plugin<DecorationSet>({
        key,
        state: {
          init: (_config, { doc }) => decorate(doc),
          apply: (transaction, before) => (transaction.docChanged ? decorate(transaction.doc) : before),
        },
        props: { decorations: (state) => key.getState(state) },
      }),
    ]
  },
})
