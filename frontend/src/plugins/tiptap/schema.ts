import { Extension, Node, mergeAttributes, type AnyExtension, type NodeViewRenderer } from '@tiptap/core'
import { TaskItem, TaskList, OrderedList } from '@tiptap/extension-list'
import Highlight from '@tiptap/extension-highlight'
import Subscript from '@tiptap/extension-subscript'
import Superscript from '@tiptap/extension-superscript'
import { Table, TableCell, TableHeader, TableRow } from '@tiptap/extension-table'
import Link from '@tiptap/extension-link'
import StarterKit from '@tiptap/starter-kit'
import { safeHref } from './link'

/** The nodes that are drawn by a component of the page. */
export type ViewName = 'image' | 'video' | 'inlineMath' | 'blockMath' | 'chart' | 'appEmbed' | 'footnote' | 'tableOfContents'
export type Views = Partial<Record<ViewName, NodeViewRenderer>>

export const calloutKinds = ['note', 'tip', 'warning', 'danger'] as const
export type CalloutKind = (typeof calloutKinds)[number]

export interface SchemaOptions {
  views?: Views
  /** How a callout is called. */
  calloutLabel?: (kind: CalloutKind) => string
  /** How the box of a task is called. */
  taskLabel?: (text: string) => string
  /** Whether the text can be written: a reader has no history, and no empty line at the end. */
  editable?: boolean
}

const isCallout = (value: unknown): value is CalloutKind => calloutKinds.some((kind) => kind === value)
const attribute = <T>(fallback: T): { default: T; rendered: false } => ({ default: fallback, rendered: false })

/** A node without content of its own, drawn by a component; in the clipboard it is its JSON. */
function atom(name: ViewName, attributes: Record<string, unknown>, views: Views, inline = false): Node {
  const view = views[name]
  const tag = inline ? 'span' : 'div'
  return Node.create({
    name,
    group: inline ? 'inline' : 'block',
    inline,
    atom: true,
    selectable: true,
    draggable: !inline,
    addAttributes: () => Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, attribute(value)])),
    parseHTML: () => [
      {
        tag: `${tag}[data-rich="${name}"]`,
        getAttrs: (element) => attributesFrom(element.getAttribute('data-attrs'), Object.keys(attributes)),
      },
    ],
    renderHTML: ({ node }) => [tag, { 'data-rich': name, 'data-attrs': JSON.stringify(node.attrs) }],
    ...(view ? { addNodeView: () => view } : {}),
  })
}

/** The attributes of a node that was copied here or elsewhere; anything else in the clipboard is no node. */
function attributesFrom(text: string | null, names: readonly string[]): Record<string, unknown> | false {
  try {
    const value: unknown = JSON.parse(text ?? '')
    if (typeof value !== 'object' || value === null) return false
    return Object.fromEntries(Object.entries(value).filter(([name]) => names.includes(name)))
  } catch (error) {
    if (error instanceof SyntaxError) return false
    throw error
  }
}

const callout = (label: (kind: CalloutKind) => string): Node =>
  Node.create({
    name: 'callout',
    group: 'block',
    content: 'block+',
    defining: true,
    addAttributes: () => ({
      kind: {
        default: 'note',
        parseHTML: (element) => {
          const kind = element.getAttribute('data-callout')
          return isCallout(kind) ? kind : 'note'
        },
        renderHTML: ({ kind }) => ({ 'data-callout': isCallout(kind) ? kind : 'note' }),
      },
    }),
    parseHTML: () => [{ tag: 'div[data-callout]' }],
    renderHTML: ({ node, HTMLAttributes }) => {
      const kind: unknown = node.attrs['kind']
      return ['div', mergeAttributes(HTMLAttributes, { role: 'note', 'aria-label': label(isCallout(kind) ? kind : 'note') }), 0]
    },
  })

/**
 * All that a text may have in it: exactly what the portal takes. Attributes that the extensions have besides
 * (the type of a list, the target of a link, widths of columns) are left away.
 */
export function schemaExtensions({
  views = {},
  calloutLabel = (kind) => kind,
  taskLabel,
  editable = true,
}: SchemaOptions = {}): AnyExtension[] {
  return [
    StarterKit.configure({
      heading: { levels: [2, 3, 4] },
      codeBlock: { HTMLAttributes: { spellcheck: 'false' } },
      link: false,
      orderedList: false,
      ...(editable ? {} : { undoRedo: false, trailingNode: false, dropcursor: false, gapcursor: false }),
    }),
    OrderedList.extend({
      addAttributes: () => ({
        start: {
          default: 1,
          parseHTML: (element) => {
            const start = Number.parseInt(element.getAttribute('start') ?? '1', 10)
            return Number.isInteger(start) && start >= 0 ? start : 1
          },
        },
      }),
    }),
    TaskList,
    TaskItem.configure({
      nested: true,
      ...(taskLabel ? { a11y: { checkboxLabel: (node) => taskLabel(node.textContent) } } : {}),
    }),
    Link.extend({
      addAttributes: () => ({
        href: {
          default: null,
          parseHTML: (element) => element.getAttribute('href'),
        },
      }),
    }).configure({
      openOnClick: false,
      autolink: true,
      linkOnPaste: true,
      defaultProtocol: 'https',
      HTMLAttributes: { rel: 'noopener noreferrer nofollow', target: null },
      isAllowedUri: (uri) => safeHref(uri ?? '') !== null,
    }),
    Subscript,
    Superscript,
    Highlight,
    Table.configure({ resizable: false, renderWrapper: true }),
    TableRow,
    TableHeader.extend({ addAttributes: cellAttributes }),
    TableCell.extend({ addAttributes: cellAttributes }),
    callout(calloutLabel),
    atom('image', { asset: '', alt: '', width: null, caption: '' }, views),
    atom('video', { asset: '', captions: null, title: '' }, views),
    atom('inlineMath', { latex: '' }, views, true),
    atom('blockMath', { latex: '' }, views),
    atom('chart', { id: '', title: '', summary: '', height: 360, spec: { data: [], layout: {} }, source: { kind: 'inline' } }, views),
    atom('appEmbed', { engine: '', height: 560 }, views),
    atom('footnote', { text: '' }, views, true),
    atom('tableOfContents', {}, views),
    Extension.create({
      name: 'shortcuts',
      addKeyboardShortcuts() {
        return {
          'Mod-Alt-2': () => this.editor.commands.toggleHeading({ level: 2 }),
          'Mod-Alt-3': () => this.editor.commands.toggleHeading({ level: 3 }),
          'Mod-Alt-4': () => this.editor.commands.toggleHeading({ level: 4 }),
        }
      },
    }),
  ]
}

const span = (name: string) => ({
  default: 1,
  parseHTML: (element: HTMLElement): number => {
    const value = Number.parseInt(element.getAttribute(name) ?? '1', 10)
    return Number.isInteger(value) && value >= 1 && value <= 100 ? value : 1
  },
})
function cellAttributes() {
  return { colspan: span('colspan'), rowspan: span('rowspan') }
}
