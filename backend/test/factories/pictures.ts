import { deflateSync, crc32 } from 'node:zlib'

/** A PNG of one colour that every browser draws. @param size how long the file is to be in bytes, by a chunk that nobody reads; as short as it can be when not given */
export function png(width: number, height: number, size = 0): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 0, 0, 0, 0], 8)
  const rows = Buffer.alloc((width + 1) * height, 0x7f).map((byte, at) => (at % (width + 1) === 0 ? 0 : byte))
  const pieces = [
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]
  const filler = size - pieces.reduce((sum, { length }) => sum + length, 0) - 12
  if (filler >= 0) pieces.splice(2, 0, chunk('teSt', Buffer.alloc(filler)))
  return Buffer.concat(pieces)
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, sum])
}

/** A GIF of one pixel, said to be larger. */
export function gif(width: number, height: number): Buffer<ArrayBuffer> {
  const bytes = Buffer.from('R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=', 'base64')
  bytes.writeUInt16LE(width, 6)
  bytes.writeUInt16LE(height, 8)
  return bytes
}

/** The beginning of a JPEG, as far as it says how large it is. @param orientation how its camera was held, as in Exif (1 upright, 6 on its side) */
export function jpeg(width: number, height: number, orientation = 1, filler = 0): Buffer<ArrayBuffer> {
  const tiff = Buffer.alloc(26)
  tiff.write('MM\0*\0\0\0\b\0\x01', 'latin1')
  tiff.writeUInt16BE(0x0112, 10)
  tiff.writeUInt16BE(3, 12)
  tiff.writeUInt32BE(1, 14)
  tiff.writeUInt16BE(orientation, 18)
  const frame = Buffer.from([8, 0, 0, 0, 0, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0])
  frame.writeUInt16BE(height, 1)
  frame.writeUInt16BE(width, 3)
  const fillers = Array.from({ length: Math.ceil(filler / 65_000) }, () => segment(0xee, Buffer.alloc(65_000)))
  const exif = segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]))
  return Buffer.concat([Buffer.from([0xff, 0xd8]), exif, ...fillers, segment(0xc0, frame), Buffer.from([0xff, 0xd9])])
}

function segment(marker: number, data: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(data.length + 2, 2)
  return Buffer.concat([head, data])
}

/** A WebP without loss, as far as it says how large it is. */
export function webp(width: number, height: number): Buffer<ArrayBuffer> {
  const data = Buffer.alloc(10)
  data.writeUInt8(0x2f)
  data.writeUInt32LE(((height - 1) << 14) | (width - 1), 1)
  const bytes = Buffer.concat([Buffer.from('RIFF\0\0\0\0WEBPVP8L\0\0\0\0', 'latin1'), data])
  bytes.writeUInt32LE(bytes.length - 8, 4)
  bytes.writeUInt32LE(data.length, 16)
  return bytes
}

/** An AVIF, as far as it says how large it is. */
export function avif(width: number, height: number): Buffer<ArrayBuffer> {
  const size = Buffer.alloc(12)
  size.writeUInt32BE(width, 4)
  size.writeUInt32BE(height, 8)
  const properties = box('iprp', box('ipco', box('ispe', size)))
  return Buffer.concat([isoFile('avif', 'mif1'), box('meta', Buffer.concat([Buffer.alloc(4), properties]))])
}

/** The beginning of an ISO base media file of that brand. */
export const isoFile = (brand: string, ...compatible: string[]): Buffer<ArrayBuffer> =>
  box('ftyp', Buffer.from(`${brand}\0\0\0\0${compatible.join('')}`, 'latin1'))

function box(type: string, data: Buffer): Buffer<ArrayBuffer> {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(data.length + 8)
  head.write(type, 4, 'latin1')
  return Buffer.concat([head, data])
}

/** The beginning of a WebM film. */
export const webm = (): Buffer<ArrayBuffer> => Buffer.from('\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm\x42\x87\x81\x04', 'latin1')
