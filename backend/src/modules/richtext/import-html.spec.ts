import { describe, expect, it } from 'vitest'
import { EVERY_NODE } from './fixtures/every-node.js'
import { importHtml } from './import-html.js'
import { renderHtml } from './render-html.js'
import type { RichNode } from './rich-text.js'
import { validateRichText } from './validate.js'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const read = (html: string): RichNode[] => importHtml(html).doc.content
const text = (value: string, ...marks: string[]): RichNode =>
  validTextOf({ type: 'text', text: value, ...(marks.length > 0 ? { marks: marks.map((type) => ({ type })) } : {}) })
const line = (...content: RichNode[]): RichNode => ({ type: 'paragraph', content })
const item = (...content: RichNode[]): RichNode => ({ type: 'listItem', content })

/** A node of a line, as the schema knows it. */
function validTextOf(node: unknown): RichNode {
  const [paragraph] = validateRichText({ type: 'doc', content: [{ type: 'paragraph', content: [node] }] }).content
  if (paragraph?.type !== 'paragraph' || !paragraph.content?.[0]) throw new Error('no text')
  return paragraph.content[0]
}

describe('importHtml', () => {
  it('reads paragraphs, marks and breaks, without the white space of the source', () => {
    expect(read('<p>\n  one <b>two</b>\n  <em>three <code>x</code></em><br>\n four<br></p>\n\n<div>five</div>six<p>&nbsp;</p>')).toEqual([
      line(
        text('one '),
        text('two', 'bold'),
        text(' '),
        text('three ', 'italic'),
        text('x', 'italic', 'code'),
        { type: 'hardBreak' },
        text('four'),
      ),
      line(text('five')),
      line(text('six')),
    ])
  })

  it('moves headings below that of the page, if there is a first', () => {
    const levels = (html: string): unknown[] => read(html).map((node) => ('attrs' in node ? node.attrs : node.type))
    expect(levels('<h1>a</h1><h2>b</h2><h3>c</h3><h4>d</h4><h6>e</h6>')).toEqual([2, 3, 4, 4, 4].map((level) => ({ level })))
    expect(levels('<h2>a</h2><h3>b</h3>')).toEqual([{ level: 2 }, { level: 3 }])
  })

  it('keeps links that may be kept, and says which are not', () => {
    const { doc, dropped } = importHtml('<a href=" https://example.org/a ">a</a><a href="javascript:alert(1)">b</a><a>c</a>')
    expect(doc.content).toEqual([
      line(validTextOf({ type: 'text', text: 'a', marks: [{ type: 'link', attrs: { href: 'https://example.org/a' } }] }), text('bc')),
    ])
    expect(dropped).toEqual(['link javascript:alert(1)'])
  })

  it('reads what Google Docs puts on the clipboard', () => {
    const html =
      '<meta charset="utf-8"><b style="font-weight:normal;" id="docs-internal-guid-1"><p dir="ltr"><span style="font-weight:700;">bold</span>' +
      '<span style="font-style:italic;text-decoration:underline;"> both</span></p><ul><li dir="ltr" aria-level="1"><p>a</p></li><ul><li aria-level="2"><p>b</p></li></ul></ul></b>'
    expect(read(html)).toEqual([
      line(text('bold', 'bold'), text(' both', 'italic', 'underline')),
      { type: 'bulletList', content: [item(line(text('a')), { type: 'bulletList', content: [item(line(text('b')))] })] },
    ])
  })

  it('reads what Word puts on the clipboard', () => {
    const word = (level: number, marker: string, value: string): string =>
      `<p class=MsoListParagraphCxSpFirst style='mso-list:l0 level${level} lfo1'><![if !supportLists]><span style='mso-list:Ignore'>${marker}<span>&nbsp; </span></span><![endif]>${value}<o:p></o:p></p>\r\n`
    const html =
      '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {color:red} --></style></head><body>' +
      `<!--[if gte mso 9]><xml><w:x/></xml><![endif]--><p class=MsoNormal>before<o:p>&nbsp;</o:p></p>${word(1, '1.', 'a')}${word(2, 'o', 'b')}${word(1, '2.', 'c')}<p>after</p></body></html>`
    expect(read(html)).toEqual([
      line(text('before')),
      {
        type: 'orderedList',
        attrs: { start: 1 },
        content: [item(line(text('a')), { type: 'bulletList', content: [item(line(text('b')))] }), item(line(text('c')))],
      },
      line(text('after')),
    ])
  })

  it('reads a page that Jupyter exported', () => {
    const html =
      '<div class="jp-Cell"><div class="jp-InputPrompt">In [1]:</div><div class="highlight hl-ipython3"><pre><span></span><span class="kn">import</span> x\n<span>if</span> a &lt; b:\n</pre></div></div>' +
      `<div class="jp-OutputPrompt">Out[1]:</div><div class="jp-RenderedImage"><img src="data:image/png;base64,${PNG}" alt="a plot"></div>` +
      '<h2 id="x">Result<a class="anchor-link" href="#x">¶</a></h2><p><script type="math/tex">x^2</script></p><script type="math/tex; mode=display">\\sum</script>'
    const { doc, images, dropped } = importHtml(html)
    expect(doc.content).toEqual([
      { type: 'codeBlock', attrs: { language: 'python' }, content: [text('import x\nif a < b:')] },
      { type: 'image', attrs: { asset: '#0', alt: 'a plot', width: null, caption: '' } },
      { type: 'heading', attrs: { level: 2 }, content: [text('Result')] },
      line({ type: 'inlineMath', attrs: { latex: 'x^2' } }),
      { type: 'blockMath', attrs: { latex: '\\sum' } },
    ])
    expect(images).toEqual([{ index: 0, contentType: 'image/png', bytes: Buffer.from(PNG, 'base64'), alt: 'a plot' }])
    expect(dropped).toEqual([])
  })

  it('reads boxes and code of Confluence and GitHub', () => {
    const html =
      '<div class="confluence-information-macro confluence-information-macro-warning"><div class="confluence-information-macro-body"><p>mind</p></div></div>' +
      '<div class="code panel"><pre class="syntaxhighlighter-pre" data-syntaxhighlighter-params="brush: java; gutter: false">int x;</pre></div>' +
      '<div class="markdown-alert markdown-alert-tip"><p>try</p></div><ul class="contains-task-list"><li><input type="checkbox" checked> a</li><li><input type="checkbox"> b</li></ul>'
    expect(read(html)).toEqual([
      { type: 'callout', attrs: { kind: 'danger' }, content: [line(text('mind'))] },
      { type: 'codeBlock', attrs: { language: 'java' }, content: [text('int x;')] },
      { type: 'callout', attrs: { kind: 'tip' }, content: [line(text('try'))] },
      {
        type: 'taskList',
        content: [
          { type: 'taskItem', attrs: { checked: true }, content: [line(text('a'))] },
          { type: 'taskItem', attrs: { checked: false }, content: [line(text('b'))] },
        ],
      },
    ])
  })

  it('reads tables with heads, spans and captions, and lists that begin with something else', () => {
    const cell = (type: 'tableCell' | 'tableHeader', value: string, colspan = 1): RichNode => ({
      type,
      attrs: { colspan, rowspan: 1 },
      content: [value === '' ? { type: 'paragraph' } : line(text(value))],
    })
    expect(read('<table><caption>Runs</caption><thead><tr><th colspan=2>a</th></tr></thead><tr><td>1<td colspan=x></tr></table>')).toEqual([
      line(text('Runs')),
      {
        type: 'table',
        content: [
          { type: 'tableRow', content: [cell('tableHeader', 'a', 2)] },
          { type: 'tableRow', content: [cell('tableCell', '1'), cell('tableCell', '')] },
        ],
      },
    ])
    expect(read('<ol start=4><li><h3>a</h3></li><li><pre>b</pre></li></ol>')).toEqual([
      {
        type: 'orderedList',
        attrs: { start: 4 },
        content: [
          item(line(text('a'))),
          item({ type: 'paragraph' }, { type: 'codeBlock', attrs: { language: null }, content: [text('b')] }),
        ],
      },
    ])
  })

  it('takes a picture by its bytes, whatever it is called, and names those that it does not take', () => {
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>').toString('base64')
    const { images, dropped } = importHtml(
      `<figure><img src="data:text/html;base64,${PNG}"><figcaption>Loss <b>now</b></figcaption></figure><img src="data:image/png;base64,${svg}">` +
        '<img src="https://example.org/x.png"><img src="cid:1"><img><iframe src="x"></iframe><svg></svg>',
    )
    expect(images.map(({ contentType }) => contentType)).toEqual(['image/png'])
    expect(dropped).toEqual([
      `image data:image/png;base64,${svg}`.slice(0, 120),
      'image https://example.org/x.png',
      'image cid:1',
      'iframe',
      'svg',
    ])
  })

  it('keeps a caption with its picture', () => {
    expect(read(`<figure><img src="data:image/png;base64,${PNG}" alt="x"><figcaption>Loss <b>now</b></figcaption></figure>`)).toEqual([
      { type: 'image', attrs: { asset: '#0', alt: 'x', width: null, caption: 'Loss now' } },
    ])
  })

  it('stops at the size that a text may have, and says so', () => {
    const { doc, dropped } = importHtml('<p>x</p>'.repeat(29_000))
    expect(doc.content.length).toBeGreaterThan(9_000)
    expect(dropped).toEqual(['everything beyond the size that a text may have'])
    expect(importHtml('<table>' + '<tr><td><td>'.repeat(19_000) + '</table>').dropped).toEqual([
      'everything beyond the size that a text may have',
    ])
    expect(importHtml(`<p>${'x '.repeat(400_000)}</p><p>more</p>`).doc.content).toEqual([])
    expect(() => importHtml('<i>'.repeat(70_000))).toThrow(/rich-text-invalid/)
  })

  it('makes something flat of what is nested too deep', () => {
    const { doc } = importHtml('<ul><li>a'.repeat(50))
    expect(validateRichText(doc)).toBe(doc)
    expect(JSON.stringify(doc).match(/"a"/g)?.length).toBe(50)
  })

  it('reads back what renderHtml wrote of text', () => {
    const written = ['paragraph', 'heading', 'bulletList', 'taskList', 'blockquote', 'callout', 'codeBlock', 'horizontalRule', 'blockMath']
    const content = EVERY_NODE.content
      .filter(({ type }) => written.includes(type))
      .map((node) =>
        node.type === 'paragraph' ? { ...node, content: (node.content ?? []).filter(({ type }) => type !== 'footnote') } : node,
      )
    const html = renderHtml({ type: 'doc', content }, { asset: () => null, app: () => null, charts: 'table' })
    const again = importHtml(html)
    expect(again.dropped).toEqual([])
    expect(renderHtml(again.doc, { asset: () => null, app: () => null, charts: 'table' })).toBe(html)
  })
})
