import { describe, expect, it } from 'vitest'
import { avif, gif, isoFile, jpeg, png, webm, webp } from '../../../test/factories/pictures.js'
import { sizeOfPicture, typeOfBytes } from './asset-bytes.js'

const text = (content: string) => Buffer.from(content)

describe('the type of bytes', () => {
  it.each([
    ['image/png', png(3, 2)],
    ['image/jpeg', jpeg(3, 2)],
    ['image/gif', gif(3, 2)],
    ['image/webp', webp(3, 2)],
    ['image/avif', avif(3, 2)],
    ['image/avif', isoFile('mif1', 'avif', 'miaf')],
    ['video/mp4', isoFile('isom', 'iso2', 'avc1', 'mp41')],
    ['video/mp4', isoFile('mp42')],
    ['video/webm', webm()],
    ['text/vtt', text('WEBVTT\n\n00:00.000 --> 00:01.000\nHello')],
    ['text/vtt', text('\ufeffWEBVTT - with a title\n')],
    ['text/vtt', text('WEBVTT')],
  ])('is %s', (type, bytes) => expect(typeOfBytes(bytes)).toBe(type))

  it.each([
    ['SVG', text('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')],
    ['SVG with a head', text('<?xml version="1.0"?><svg/>')],
    ['HTML', text('<!doctype html><script>alert(1)</script>')],
    ['a PDF', text('%PDF-1.7')],
    ['a picture of a phone (HEIC)', isoFile('heic', 'mif1', 'heic')],
    ['QuickTime', isoFile('qt  ', 'qt  ')],
    ['Matroska', Buffer.from('\x1a\x45\xdf\xa3\x42\x82\x88matroska', 'latin1')],
    ['a sound', text('RIFF\0\0\0\0WAVEfmt ')],
    ['what only begins like captions', text('WEBVTTX')],
    ['captions with NUL', text('WEBVTT\0')],
    ['a cut head', isoFile('isom').subarray(0, 9)],
    ['nothing', Buffer.alloc(0)],
  ])('is not known of %s', (_, bytes) => expect(typeOfBytes(bytes)).toBeNull())
})

describe('the size of a picture', () => {
  it.each([
    ['PNG', png(640, 480)],
    ['JPEG', jpeg(640, 480)],
    ['a JPEG of a camera held on its side', jpeg(480, 640, 6)],
    ['GIF', gif(640, 480)],
    ['WebP', webp(640, 480)],
    ['AVIF', avif(640, 480)],
  ])('is read of %s', (_, bytes) => expect(sizeOfPicture(bytes)).toEqual({ width: 640, height: 480 }))

  it('is not read where the bytes do not say it yet, nor beyond what a browser draws', () => {
    const long = jpeg(640, 480, 1, 300_000)
    expect(sizeOfPicture(long.subarray(0, 200_000))).toBeNull()
    expect(sizeOfPicture(long)).toEqual({ width: 640, height: 480 })
    expect(sizeOfPicture(gif(0, 480))).toBeNull()
    expect(sizeOfPicture(gif(20_000, 480))).toBeNull()
  })

  it('ends for whatever bytes', () => {
    const samples = [png(9, 9), jpeg(9, 9, 3), gif(9, 9), webp(9, 9), avif(9, 9)]
    let seed = 1
    const random = (most: number) => (seed = (seed * 48_271) % 0x7fffffff) % most
    for (let round = 0; round < 5_000; round++) {
      const bytes = Buffer.from(samples[round % samples.length] ?? samples[0] ?? '')
      for (let change = 0; change < 4; change++) bytes[12 + random(bytes.length - 12)] = [0, 1, 0x7f, 0xff, random(256)][random(5)] ?? 0
      const size = sizeOfPicture(bytes.subarray(0, 12 + random(bytes.length)))
      if (size) expect(size.width).toBeGreaterThan(0)
    }
  })
})
