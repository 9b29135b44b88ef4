import { expect, it } from 'vitest'
import { safePath } from './safe-path.js'

it.each(['/', '/p/iris', '/p/iris?tab=data&q=%2F%2Fa#top', '/a//b', '/%0d%0a', '/p/%C3%BCber', '/apis'])(
  '%s is a page of the portal',
  (path) => {
    expect(safePath(path)).toBe(path)
    expect(new URL(safePath(path), 'http://portal').host).toBe('portal')
  },
)

it.each([
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  'https:evil.example',
  'https://evil.example',
  'javascript:alert(1)',
  'evil.example',
  '',
  ' /p',
  '/\t/evil.example',
  '/\r\nLocation: https://evil.example',
  '/x/..//evil.example',
  '/p\u0000',
  '/p\u0085',
  '/api/auth/oidc/start',
  '/./api/auth/oidc/start',
  '/x/../api/auth/oidc/start',
  `/${'a'.repeat(1024)}`,
  null,
  undefined,
])('%j is not', (path) => {
  expect(safePath(path)).toBe('/')
})

it('is fit for a header', () => {
  expect(safePath('/p/über uns?q=\ud800')).toBe('/p/%C3%BCber%20uns?q=%EF%BF%BD')
})
