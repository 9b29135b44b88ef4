import { load } from 'cheerio'
import { describe, expect, it } from 'vitest'
import { ASSET, ENGINE, EVERY_NODE } from './fixtures/every-node.js'
import { outlineOf } from './outline.js'
import { plainText } from './plain-text.js'
import { referencesOf } from './references.js'
import { renderHtml, type RenderOptions } from './render-html.js'
import type { RichNode, RichText } from './rich-text.js'

const OPTIONS: RenderOptions = {
  asset: (id) => ({ url: `/api/assets/${id}/content`, width: 640, height: 480, contentType: 'image/png' }),
  app: () => ({ name: 'Demo <1>', url: 'https://demo.apps.example/' }),
  charts: 'table',
}
const html = (content: RichNode | RichNode[], options: Partial<RenderOptions> = {}): string =>
  renderHtml({ type: 'doc', content: [content].flat() }, { ...OPTIONS, ...options })

const text = (value: string): RichNode => ({ type: 'text', text: value })
const line = (value: string): RichNode => ({ type: 'paragraph', content: [text(value)] })
const heading = (value: string): RichNode => ({ type: 'heading', attrs: { level: 2 }, content: [text(value)] })
/** One node of a kind out of the text that has all. */
const only = (type: RichNode['type']): RichNode => {
  const found = EVERY_NODE.content.find((node) => node.type === type)
  if (!found) throw new Error(`no ${type}`)
  return found
}

describe('renderHtml', () => {
  it('keeps empty lines between others, and leaves out those at the end', () => {
    const empty: RichNode = { type: 'paragraph' }
    expect(html([line('a'), empty, line('b'), empty, empty])).toBe('<p>a</p><p></p><p>b</p>')
    expect(html([empty])).toBe('')
  })

  it.each<[string, RichNode, string]>([
    ['paragraph', line('a < b & "c"'), '<p>a &lt; b &amp; &quot;c&quot;</p>'],
    ['heading', heading('Méthode & data'), '<h2 id="s-methode-data">Méthode &amp; data</h2>'],
    ['nested lists', only('bulletList'), '<ul><li><p>one</p><ol start="3"><li><p>inner</p></li></ol></li></ul>'],
    [
      'tasks',
      only('taskList'),
      '<ul class="rt-tasks"><li class="rt-task"><input type="checkbox" disabled checked aria-label="Done"><div><p>done</p></div></li>' +
        '<li class="rt-task"><input type="checkbox" disabled aria-label="Not done"><div><p>open</p></div></li></ul>',
    ],
    ['quote', only('blockquote'), '<blockquote><p>quoted</p></blockquote>'],
    ['callout', only('callout'), '<aside class="rt-callout rt-callout-warning" role="note" aria-label="Warning"><p>mind this</p></aside>'],
    ['code', only('codeBlock'), '<pre tabindex="0"><code class="language-python">if a &lt; b:\n    print(&quot;&amp;&quot;)</code></pre>'],
    ['rule', only('horizontalRule'), '<hr>'],
    [
      'table',
      only('table'),
      '<div class="rt-table" role="region" tabindex="0" aria-label="Table"><table><thead><tr><th scope="col"><p>Model</p></th><th scope="col"><p></p></th></tr></thead>' +
        '<tbody><tr><th scope="row"><p>A</p></th><td rowspan="2" style="text-align:right"><p>0.9</p></td></tr></tbody></table></div>',
    ],
    [
      'image',
      only('image'),
      `<figure class="rt-image"><img src="/api/assets/${ASSET}/content" alt="A &quot;plot&quot;" width="640" height="480" loading="lazy" decoding="async" style="width:50%">` +
        '<figcaption>Loss<br>over time</figcaption></figure>',
    ],
    [
      'app',
      only('appEmbed'),
      `<figure class="rt-app" data-app="${ENGINE}"><p><a href="https://demo.apps.example/" target="_blank" rel="noopener noreferrer">Open the app: Demo &lt;1&gt;</a></p></figure>`,
    ],
    [
      'chart',
      only('chart'),
      '<figure class="rt-chart" data-chart="c1"><figcaption>Accuracy</figcaption><p>It rises.</p><div class="rt-table" role="region" tabindex="0" aria-label="Data"><table>' +
        '<thead><tr><th scope="col">x</th><th scope="col">y</th></tr></thead><tbody><tr><td>1</td><td>0.5</td></tr><tr><td>2</td><td>0.75</td></tr></tbody></table></div></figure>',
    ],
  ])('writes %s', (_, node, expected) => {
    expect(html(node)).toBe(expected)
  })

  it('leaves no node out', () => {
    expect(EVERY_NODE.content.filter((node) => node.type !== 'tableOfContents' && html(node) === '')).toEqual([])
    expect(renderHtml(EVERY_NODE, OPTIONS)).toContain('<nav class="rt-toc" aria-label="Contents">')
  })

  it('puts neighbours with a mark into one element', () => {
    const content: RichNode[] = [
      { type: 'text', text: 'a ', marks: [{ type: 'link', attrs: { href: 'https://example.org/?a=1&b=2' } }] },
      { type: 'text', text: 'b', marks: [{ type: 'bold' }, { type: 'link', attrs: { href: 'https://example.org/?a=1&b=2' } }] },
      { type: 'text', text: 'c', marks: [{ type: 'link', attrs: { href: '/c' } }, { type: 'code' }] },
      {
        type: 'text',
        text: 'd',
        marks: [{ type: 'subscript' }, { type: 'strike' }, { type: 'underline' }, { type: 'highlight' }, { type: 'italic' }],
      },
    ]
    expect(html({ type: 'paragraph', content })).toBe(
      '<p><a href="https://example.org/?a=1&amp;b=2" target="_blank" rel="noopener noreferrer nofollow ugc">a <strong>b</strong></a>' +
        '<a href="/c"><code>c</code></a><em><u><del><mark><sub>d</sub></mark></del></u></em></p>',
    )
  })

  it('writes formulas as HTML and MathML with their source, and shows one that is wrong', () => {
    const $ = load(html({ type: 'paragraph', content: [{ type: 'inlineMath', attrs: { latex: 'x^2' } }] }), null, false)
    expect($('span.rt-math > .katex .katex-mathml annotation').text()).toBe('x^2')
    expect($('.katex-html').attr('aria-hidden')).toBe('true')
    expect(load(html({ type: 'blockMath', attrs: { latex: '\\sum' } }))('div.rt-math > .katex-display').length).toBe(1)
    expect(load(html({ type: 'blockMath', attrs: { latex: '\\frac{' } }))('.katex-error').text()).toBe('\\frac{')
  })

  it('collects footnotes at the end, with links there and back', () => {
    const content: RichNode[] = [
      text('a'),
      { type: 'footnote', attrs: { text: 'first <1>' } },
      { type: 'footnote', attrs: { text: 'second' } },
    ]
    const $ = load(html({ type: 'paragraph', content }), null, false)
    expect(
      $('sup.rt-footnote a')
        .toArray()
        .map((link) => $(link).attr('href')),
    ).toEqual(['#s-fn-1', '#s-fn-2'])
    expect(
      $('section[role=doc-endnotes] li')
        .toArray()
        .map((item) => [$(item).attr('id'), $(item).text()]),
    ).toEqual([
      ['s-fn-1', 'first <1> ↩'],
      ['s-fn-2', 'second ↩'],
    ])
    for (const link of $('a').toArray()) expect($(`[id="${$(link).attr('href')?.slice(1)}"]`).length).toBe(1)
  })

  it('gives every heading an id of its own, the one that the outline and the contents name', () => {
    const doc: RichText = {
      type: 'doc',
      content: [{ type: 'tableOfContents' }, heading('A'), heading('A'), heading('a 2'), heading('…'), heading('日本')],
    }
    const outline = outlineOf(doc)
    expect(outline.map(({ id }) => id)).toEqual(['s-a', 's-a-2', 's-a-2-2', 's-section', 's-日本'])
    const $ = load(renderHtml(doc, OPTIONS), null, false)
    expect(
      $('h2')
        .toArray()
        .map((element) => $(element).attr('id')),
    ).toEqual(outline.map(({ id }) => id))
    expect(
      $('nav.rt-toc a')
        .toArray()
        .map((link) => decodeURIComponent($(link).attr('href') ?? '')),
    ).toEqual(outline.map(({ id }) => `#${id}`))
    expect(
      load(renderHtml(doc, { ...OPTIONS, idPrefix: 'usage-' }))('h2')
        .first()
        .attr('id'),
    ).toBe('usage-a')
    expect(outlineOf(doc, 'usage-')[0]?.id).toBe('usage-a')
  })

  it('says when a file or an app is not there, or is of another kind than it should be', () => {
    const gone = { asset: () => null, app: () => null }
    expect(html(only('image'), gone)).toContain('<p class="rt-missing">This image is not available. A &quot;plot&quot;</p>')
    expect(html(only('video'), gone)).toContain('This video is not available.')
    expect(html(only('appEmbed'), gone)).toContain('This app is not available.')
    for (const asset of [
      { url: '/x', contentType: 'image/svg+xml' },
      { url: '/x', contentType: 'text/html' },
      { url: 'javascript:alert(1)', contentType: 'image/png' },
      { url: 'data:image/svg+xml;base64,AAAA', contentType: 'image/png' },
      { url: '//evil.example/x', contentType: 'image/png' },
    ])
      expect(html(only('image'), { asset: () => asset })).not.toContain('<img')
    expect(html(only('image'), { asset: () => ({ url: 'data:image/png;base64,AAAA', contentType: 'image/png' }) })).toContain(
      '<img src="data:image/png;base64,AAAA"',
    )
  })

  it('writes a video with its captions', () => {
    const asset = (id: string): { url: string; contentType: string } => ({
      url: `/${id}`,
      contentType: id === ASSET ? 'video/mp4' : 'text/vtt',
    })
    expect(html({ type: 'video', attrs: { asset: ASSET, captions: ENGINE, title: 'A run' } }, { asset })).toBe(
      `<figure class="rt-video"><video src="/${ASSET}" controls preload="metadata" aria-label="A run"><track kind="captions" src="/${ENGINE}" label="Captions" default></video>` +
        '<figcaption>A run</figcaption></figure>',
    )
  })

  it('folds the numbers of a chart away where the page draws it, and shows at most 20 rows', () => {
    const chart = only('chart')
    expect(html(chart, { charts: 'placeholder' })).toContain('<details><summary>Data</summary>')
    if (chart.type !== 'chart') throw new Error('no chart')
    const spec = {
      data: [
        { type: 'bar', y: Array.from({ length: 30 }, (_, index) => index) },
        { type: 'pie', values: [1] },
      ],
      layout: {},
    }
    const $ = load(html({ ...chart, attrs: { ...chart.attrs, spec, summary: '' } }), null, false)
    expect($('tbody tr').length).toBe(20)
    expect($('.rt-more').length).toBe(1)
    expect($('figure > p').first().text()).toBe('1 × bar, 1 × pie')
  })

  it('reads plain text, words, and what is referred to', () => {
    expect(plainText(EVERY_NODE).split('\n').slice(0, 8)).toEqual([
      'Méthode & data',
      'plain bold and italic',
      'ush23x < 1a linkherex^2 (See "the paper".)',
      'Steps',
      'one',
      'inner',
      'done',
      'open',
    ])
    expect(plainText(EVERY_NODE)).toContain('Model\t\nA\t0.9'.replace('\t\n', '\n'))
    expect(referencesOf(EVERY_NODE)).toEqual({ assets: [ASSET], engines: [ENGINE] })
  })
})
