import type { RichNode, RichText } from '../src/plugins/tiptap/document'

const asset = '01jc0000000000000000000000'
const text = (words: string, ...marks: NonNullable<RichNode['marks']>): RichNode => ({
  type: 'text',
  ...(marks.length > 0 ? { marks } : {}),
  text: words,
})
const paragraph = (...content: RichNode[]): RichNode => ({ type: 'paragraph', content })
const cell = (type: 'tableHeader' | 'tableCell', words: string): RichNode => ({
  type,
  attrs: { colspan: 1, rowspan: 1 },
  content: [paragraph(text(words))],
})

/** A text with every node and every mark, as the editor gives it. */
export const everything: RichText = {
  type: 'doc',
  content: [
    { type: 'tableOfContents' },
    { type: 'heading', attrs: { level: 2 }, content: [text('Method')] },
    { type: 'heading', attrs: { level: 3 }, content: [text('Data')] },
    { type: 'heading', attrs: { level: 4 }, content: [text('Cleaning')] },
    paragraph(
      ...['bold', 'italic', 'strike', 'underline', 'code', 'subscript', 'superscript', 'highlight'].map((type) => text(type, { type })),
      text('a link', { type: 'link', attrs: { href: 'https://example.org/a?b=c#d' } }),
      { type: 'hardBreak' },
      { type: 'inlineMath', attrs: { latex: 'E = mc^2' } },
      { type: 'footnote', attrs: { text: 'See the data set.' } },
    ),
    { type: 'bulletList', content: [{ type: 'listItem', content: [paragraph(text('one'))] }] },
    { type: 'orderedList', attrs: { start: 3 }, content: [{ type: 'listItem', content: [paragraph(text('three'))] }] },
    {
      type: 'taskList',
      content: [
        { type: 'taskItem', attrs: { checked: true }, content: [paragraph(text('done'))] },
        { type: 'taskItem', attrs: { checked: false }, content: [paragraph(text('open'))] },
      ],
    },
    { type: 'blockquote', content: [paragraph(text('quoted'))] },
    ...['note', 'tip', 'warning', 'danger'].map((kind) => ({ type: 'callout', attrs: { kind }, content: [paragraph(text(kind))] })),
    { type: 'codeBlock', attrs: { language: 'python' }, content: [text('print(1)\n')] },
    { type: 'codeBlock', attrs: { language: null } },
    { type: 'horizontalRule' },
    {
      type: 'table',
      content: [
        { type: 'tableRow', content: [cell('tableHeader', 'a'), cell('tableHeader', 'b')] },
        { type: 'tableRow', content: [cell('tableCell', '1'), cell('tableCell', '2')] },
      ],
    },
    { type: 'image', attrs: { asset, alt: 'A plot', width: 60, caption: 'Loss over time' } },
    { type: 'video', attrs: { asset, captions: asset, title: 'The app in use' } },
    { type: 'blockMath', attrs: { latex: '\\int_0^1 x\\,dx' } },
    {
      type: 'chart',
      attrs: {
        id: 'abc123',
        title: 'Loss',
        summary: 'It falls.',
        height: 360,
        spec: { data: [{ type: 'scatter', x: [1, 2], y: [0.9, 0.4] }], layout: {} },
        source: { kind: 'inline' },
      },
    },
    { type: 'appEmbed', attrs: { engine: asset, height: 560 } },
    { type: 'paragraph' },
  ],
}
