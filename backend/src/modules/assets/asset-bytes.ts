import { imageSize } from 'image-size'
import type { AssetType } from './asset.js'

/** Enough of a file to know its type, and nearly always how large its picture is. */
export const HEAD_BYTES = 256 * 1024
/** The most pixels of a side that every browser draws. */
const MAX_SIDE = 16_384

// The kinds of ISO base media files (ISO/IEC 14496-12) that browsers play as MP4.
const MP4_BRANDS = new Set(['isom', 'iso2', 'iso3', 'iso4', 'iso5', 'iso6', 'mp41', 'mp42', 'avc1', 'dash', 'mmp4', 'MSNV', 'M4V ', 'M4VH'])
const AVIF_BRANDS = new Set(['avif', 'avis'])

/** What the bytes are, by how they begin, whatever their name says; null for all that cannot be shown. */
export function typeOfBytes(head: Buffer): AssetType | null {
  const text = (from: number, to: number) => head.toString('latin1', from, to)
  if (text(0, 8) === '\x89PNG\r\n\x1a\n') return 'image/png'
  if (text(0, 3) === '\xff\xd8\xff') return 'image/jpeg'
  if (/^GIF8[79]a/.test(text(0, 6))) return 'image/gif'
  if (text(0, 4) === 'RIFF' && text(8, 12) === 'WEBP') return 'image/webp'
  if (text(4, 8) === 'ftyp') {
    const brands = brandsOf(head)
    if (brands.some((brand) => AVIF_BRANDS.has(brand))) return 'image/avif'
    return brands.some((brand) => MP4_BRANDS.has(brand)) ? 'video/mp4' : null
  }
  // EBML, and within its first elements the kind of document: Matroska begins alike.
  if (text(0, 4) === '\x1a\x45\xdf\xa3') return text(4, 64).includes('webm') ? 'video/webm' : null
  return /^(?:\xef\xbb\xbf)?WEBVTT(?:[ \t\r\n]|$)/.test(text(0, 16)) && !head.includes(0) ? 'text/vtt' : null
}

/**
 * How large a picture is shown, in pixels, with the turn that its camera noted; null when the bytes do not say, or when no browser would draw it.
 * @param bytes of a type that {@link typeOfBytes} knows as a picture; its beginning may do
 */
export function sizeOfPicture(bytes: Buffer): { width: number; height: number } | null {
  try {
    const { width, height, orientation = 1 } = imageSize(bytes)
    const fits = [width, height].every((side) => Number.isInteger(side) && side >= 1 && side <= MAX_SIDE)
    if (!fits) return null
    return orientation >= 5 ? { width: height, height: width } : { width, height }
  } catch (error) {
    // What it says of bytes that end too early or are none of a picture: it has no error of its own.
    if (error instanceof Error) return null
    throw error
  }
}

/** The major brand of an ISO base media file and those that it is compatible with. */
function brandsOf(head: Buffer): string[] {
  const end = Math.min(head.length, 16 + 4 * 64, Math.max(12, head.readUInt32BE(0)))
  const brands = [head.toString('latin1', 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4))
  return brands
}
