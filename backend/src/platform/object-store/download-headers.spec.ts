import { describe, expect, it } from 'vitest'
import { contentDisposition, safeContentType } from './download-headers.js'

describe('safeContentType', () => {
  it.each([
    ['text/csv', 'text/csv'],
    ['Text/CSV; charset=utf-8', 'text/csv'],
    ['image/png', 'image/png'],
    ['text/html', 'application/octet-stream'],
    ['text/html;x=text/csv', 'application/octet-stream'],
    ['image/svg+xml', 'application/octet-stream'],
    ['application/xhtml+xml', 'application/octet-stream'],
    ['application/javascript', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('serves %j as %s', (given, served) => {
    expect(safeContentType(given)).toBe(served)
  })
})

describe('contentDisposition', () => {
  it.each([
    ['iris.csv', `attachment; filename="iris.csv"; filename*=UTF-8''iris.csv`],
    ['a b.csv', `attachment; filename="a b.csv"; filename*=UTF-8''a%20b.csv`],
    ['naïve 數據.csv', `attachment; filename="na_ve __.csv"; filename*=UTF-8''na%C3%AFve%20%E6%95%B8%E6%93%9A.csv`],
    [
      `"; filename=evil.html; x="`,
      `attachment; filename="_; filename=evil.html; x=_"; filename*=UTF-8''%22%3B%20filename%3Devil.html%3B%20x%3D%22`,
    ],
    [`it's (1)*.csv`, `attachment; filename="it's (1)*.csv"; filename*=UTF-8''it%27s%20%281%29%2A.csv`],
    ['\ud800.csv', `attachment; filename="_.csv"; filename*=UTF-8''%EF%BF%BD.csv`],
  ])('of %j', (name, header) => {
    expect(contentDisposition(name)).toBe(header)
  })

  it('never lets a line break through', () => {
    expect(contentDisposition('a\r\nSet-Cookie: b')).not.toMatch(/[\r\n]/)
  })
})
