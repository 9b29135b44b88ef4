/** Plotly's compact form of a list of numbers (plotly.py 6 writes it): the bytes in base64, and how to read them. */
export interface NumberArray {
  dtype: Dtype
  bdata: string
  shape?: string | number
}

type Read = (view: DataView, at: number) => number

/** Bytes per number and how one is read; little-endian, as Plotly has it. */
const DTYPES = {
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  u1c: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i2: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  u2: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  i4: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  u4: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  f4: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  f8: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
} as const satisfies Record<string, { bytes: number; read: Read }>

type Dtype = keyof typeof DTYPES

const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/
const SHAPE = /^\d{1,7}(?:, ?\d{1,7}){0,2}$/

/** Whether something claims to be one; {@link lengthOf} says whether it is sound. */
export const isNumberArray = (value: object): value is NumberArray => 'bdata' in value

/** How many numbers are in it, or null when it is not sound. */
export function lengthOf(value: NumberArray): number | null {
  const { dtype, bdata, shape, ...rest }: { dtype: unknown; bdata: unknown; shape?: unknown } = value
  if (Object.keys(rest).length > 0 || typeof dtype !== 'string' || !Object.hasOwn(DTYPES, dtype)) return null
  if (typeof bdata !== 'string' || bdata.length % 4 !== 0 || !BASE64.test(bdata)) return null
  const length = Buffer.byteLength(bdata, 'base64') / DTYPES[value.dtype].bytes
  if (!Number.isInteger(length)) return null
  if (shape !== undefined) {
    if (typeof shape !== 'string' && typeof shape !== 'number') return null
    if (!SHAPE.test(String(shape)) || sizes(shape).reduce((product, size) => product * size, 1) !== length) return null
  }
  return length
}

/** The first `most` numbers of a sound one; nested when it has two dimensions. */
export function numbersOf(value: NumberArray, most: number): unknown[] {
  const { bytes, read } = DTYPES[value.dtype]
  const width = value.shape === undefined ? [] : sizes(value.shape).slice(1)
  const wanted = most * width.reduce((product, size) => product * size, 1)
  const buffer = Buffer.from(value.bdata, 'base64')
  const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength)
  const numbers = Array.from({ length: Math.min(wanted, Math.floor(buffer.byteLength / bytes)) }, (_, index) => read(view, index * bytes))
  const row = width[0]
  if (row === undefined || row === 0) return numbers
  return Array.from({ length: Math.ceil(numbers.length / row) }, (_, index) => numbers.slice(index * row, (index + 1) * row))
}

const sizes = (shape: string | number): number[] => String(shape).split(',').map(Number)
