import { describe, expect, it } from 'vitest'
import { HOSTILE_URLS } from './fixtures/hostile.js'
import { safeUrl } from './safe-url.js'

describe('safeUrl', () => {
  it.each([
    ['https://example.org', 'https://example.org/'],
    ['HTTP://Example.org:8080/a/../b?x=1&y=[2]#top', 'http://example.org:8080/b?x=1&y=[2]#top'],
    ['https://de.wikipedia.org/wiki/Köln', 'https://de.wikipedia.org/wiki/K%C3%B6ln'],
    ['https://bücher.example/', 'https://xn--bcher-kva.example/'],
    ['http://127.0.0.1:3000/x', 'http://127.0.0.1:3000/x'],
    ['mailto:ada@example.org?subject=Hello%20there', 'mailto:ada@example.org?subject=Hello%20there'],
    ['/', '/'],
    ['/p/my-project?tab=a#s-data', '/p/my-project?tab=a#s-data'],
    ['/a/./b/../c', '/a/c'],
    ['#s-données', '#s-donn%C3%A9es'],
    ['#', '#'],
  ])('%s is %s', (href, written) => {
    expect(safeUrl(href)).toBe(written)
    expect(safeUrl(written)).toBe(written)
  })

  it('leads nowhere else, however it is written', () => {
    expect(HOSTILE_URLS.filter((url) => safeUrl(url) !== null)).toEqual([])
  })
})
