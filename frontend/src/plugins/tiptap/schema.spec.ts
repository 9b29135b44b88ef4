import { Editor, getSchema } from '@tiptap/core'
import { afterEach, describe, expect, it } from 'vitest'
import { validateRichText } from '../../../test/portal-rules'
import { everything } from '../../../test/rich-text'
import type { RichText } from './document'
import { normalised } from './normalised'
import { schemaExtensions } from './schema'

let editor: Editor | null = null
const open = (content: RichText): Editor => (editor = new Editor({ extensions: schemaExtensions(), content, injectCSS: false }))
const json = (of: Editor): RichText => of.state.doc.toJSON() as RichText
afterEach(() => {
  editor?.destroy()
  editor = null
})

describe('the schema of a text', () => {
  it('takes every node and mark of the portal, and gives each back as it was', () => {
    expect(json(open(everything))).toEqual(everything)
  })

  it('has no node and no mark that the portal would refuse', () => {
    const { nodes, marks } = getSchema(schemaExtensions())
    const seen = new Set<string>(['doc'])
    const look = (node: RichText['content'][number]): void => {
      seen.add(node.type)
      for (const mark of node.marks ?? []) seen.add(mark.type)
      for (const child of node.content ?? []) look(child)
    }
    everything.content.forEach(look)
    expect([...Object.keys(nodes), ...Object.keys(marks)].filter((name) => !seen.has(name))).toEqual([])
    expect(() => validateRichText(everything)).not.toThrow()
  })

  it('gives attributes that were left out their defaults, so that equal texts are equal', () => {
    const short: RichText = { type: 'doc', content: [{ type: 'image', attrs: { asset: 'a' } }] }
    expect(normalised(short).content[0]?.attrs).toEqual({ asset: 'a', alt: '', width: null, caption: '' })
    expect(normalised(normalised(short))).toEqual(normalised(short))
  })

  it('makes of each command something that the portal takes', () => {
    const now = open({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'words' }] }] })
    const steps: ((of: Editor) => void)[] = [
      (of) => of.chain().selectAll().toggleBold().toggleHighlight().setLink({ href: '/p/iris' }).run(),
      (of) => of.chain().focus('end').insertTable({ rows: 2, cols: 2, withHeaderRow: true }).run(),
      (of) => of.chain().addColumnAfter().addRowAfter().toggleHeaderRow().run(),
      (of) => of.chain().focus('end').insertContent('<p>x</p>').toggleOrderedList().run(),
      (of) => of.chain().focus('end').insertContent({ type: 'paragraph' }).toggleTaskList().run(),
      (of) => of.chain().focus('end').insertContent({ type: 'paragraph' }).setCodeBlock().run(),
      (of) => of.chain().focus('end').insertContent({ type: 'paragraph' }).wrapIn('callout', { kind: 'tip' }).run(),
    ]
    for (const step of steps) {
      step(now)
      expect(() => validateRichText(json(now))).not.toThrow()
    }
  })

  it.each([
    ['javascript:alert(1)', false],
    ['//evil.example', false],
    ['data:text/html,x', false],
    ['https://example.org', true],
    ['mailto:ada@example.org', true],
    ['/p/iris#s-data', true],
  ])('makes a link to %s: %s', (href, made) => {
    const now = open({ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'words' }] }] })
    now.chain().selectAll().setLink({ href }).run()
    expect(JSON.stringify(json(now)).includes('"link"')).toBe(made)
  })

  it('takes from pasted HTML what it knows, and no address of an image', () => {
    const now = open({ type: 'doc', content: [{ type: 'paragraph' }] })
    now.commands.setContent(
      '<h1>One</h1><h2 onclick="x">Two</h2><p style="color:red">a <a href="javascript:x">b</a> <img src="https://x.example/y.png"></p><script>z</script>',
    )
    expect(() => validateRichText(json(now))).not.toThrow()
    expect(now.getText()).toContain('Two')
    expect(JSON.stringify(json(now))).not.toMatch(/javascript|x\.example|onclick/)
  })
})
