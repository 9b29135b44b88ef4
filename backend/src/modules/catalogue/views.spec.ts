import { describe, expect, it } from 'vitest'
import { isBot } from './bots.js'
import { visitOf } from './views.service.js'

describe('a visit', () => {
  const origin = { address: '192.0.2.7', userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0' }
  const visit = visitOf('salt', 'p1', origin)

  it('is the same for the same address and browser, by any address of an IPv6 network', () => {
    expect(visitOf('salt', 'p1', { ...origin })).toBe(visit)
    const six = (address: string) => visitOf('salt', 'p1', { ...origin, address })
    expect(six('2001:db8::1')).toBe(six('2001:db8::2'))
  })

  it('is another one for another project, day, address or browser, and shows none of them', () => {
    const others = [
      visitOf('salt', 'p2', origin),
      visitOf('other', 'p1', origin),
      visitOf('salt', 'p1', { ...origin, address: '192.0.2.8' }),
      visitOf('salt', 'p1', { ...origin, userAgent: 'x' }),
    ]
    expect(new Set([visit, ...others]).size).toBe(5)
    expect(visit).toMatch(/^[\w-]{22}$/)
  })
})

describe('a bot', () => {
  it.each([
    'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
    'Mozilla/5.0 (compatible; bingbot/2.0)',
    'Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2)',
    'facebookexternalhit/1.1',
    'Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/140.0.0.0 Safari/537.36',
    'curl/8.5.0',
    'python-requests/2.32.0',
    'node',
    '',
  ])('is %s', (userAgent) => expect(isBot(userAgent)).toBe(true))

  it.each([
    'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36',
    'Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1',
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0',
    'Mozilla/5.0 (Linux; Android 14; Cubot KingKong) Chrome/140.0.0.0 Mobile Safari/537.36',
  ])('is not %s', (userAgent) => expect(isBot(userAgent)).toBe(false))
})
