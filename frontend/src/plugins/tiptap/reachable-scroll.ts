import { Extension } from '@tiptap/core'
import { Plugin } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'

/** What is wider than the page scrolls by itself: code and tables. */
const scrolling = ['codeBlock', 'table']

/** Lets whoever reads by the keyboard come to what scrolls, and scroll it. Not for a text that is written: there the arrows do that. */
export const ReachableScroll = Extension.create({
  name: 'reachableScroll',
  addProseMirrorPlugins: () => [
    new Plugin({
      props: {
        decorations: ({ doc }) => {
          const decorations: Decoration[] = []
          doc.descendants((node, position) => {
            if (scrolling.includes(node.type.name)) decorations.push(Decoration.node(position, position + node.nodeSize, { tabindex: '0' }))
          })
          return DecorationSet.create(doc, decorations)
        },
      },
    }),
  ],
})
