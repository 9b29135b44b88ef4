/** A column of pasted data: numbers where all of it are, otherwise texts. */
export interface Column {
  name: string
  values: (number | string | null)[]
  numeric: boolean
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fields of a line of CSV; quoted ones may hold the separator and doubled quotes. */
function fields(text: string, separator: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (quoted) {
      if (character !== '"') field += character
      else if (text[at + 1] === '"') {
        field += '"'
        at += 1
      } else quoted = false
    } else if (character === '"' && field.trim() === '') {
      quoted = true
      field = ''
    } else if (character === separator) {
      row.push(field)
      field = ''
    } else if (character === '\n') {
      rows.push([...row, field])
      row = []
      field = ''
    } else if (character !== '\r') field += character
  }
  if (field !== '' || row.length > 0) rows.push([...row, field])
  return rows.filter((cells) => cells.some((value) => value.trim() !== ''))
}

const asNumber = (text: string): number | null => {
  const trimmed = text.trim()
  if (trimmed === '' || /^(nan|na|null|none)$/i.test(trimmed)) return null
  const number = Number(trimmed)
  return Number.isFinite(number) ? number : Number.NaN
}

function column(name: string, values: unknown[]): Column {
  const numbers = values.map((value) =>
    typeof value === 'number'
      ? value
      : typeof value === 'string'
        ? asNumber(value)
        : value === null || value === undefined
          ? null
          : Number.NaN,
  )
  const numeric = numbers.every((number) => !Number.isNaN(number)) && numbers.some((number) => number !== null)
  return {
    name,
    numeric,
    values: numeric
      ? numbers.map((number) => (number !== null && Number.isFinite(number) ? number : null))
      : values.map((value) =>
          value === null || value === undefined ? null : typeof value === 'string' ? value.trim() : JSON.stringify(value),
        ),
  }
}

function fromJson(value: unknown): Column[] | null {
  if (Array.isArray(value) && value.length > 0 && value.every(isRecord)) {
    const names = [...new Set(value.slice(0, 100).flatMap((row) => Object.keys(row)))]
    return names.map((name) =>
      column(
        name,
        value.map((row) => row[name]),
      ),
    )
  }
  if (Array.isArray(value) && value.length > 0 && value.every(Array.isArray)) {
    const rows: unknown[][] = value
    const width = Math.max(...rows.map((row) => row.length))
    return Array.from({ length: width }, (_, index) =>
      column(
        String(index + 1),
        rows.map((row) => row[index]),
      ),
    )
  }
  if (Array.isArray(value) && value.length > 0) return [column('1', value)]
  if (isRecord(value)) {
    const lists = Object.entries(value).flatMap(([name, list]) => (Array.isArray(list) ? [column(name, list)] : []))
    return lists.length > 0 ? lists : null
  }
  return null
}

function separatorOf(text: string): string {
  const line = text.trimStart().split('\n', 1)[0] ?? ''
  const counts = ['\t', ';', ','].map((separator) => [separator, line.split(separator).length - 1] as const)
  const [best] = counts.toSorted((a, b) => b[1] - a[1])
  return best && best[1] > 0 ? best[0] : ' '
}

/**
 * Columns of a pasted text: CSV (comma, semicolon or tab), pairs of numbers with a space between them, or JSON
 * (rows as objects or lists, or lists by name). The first row names the columns when it is no row of numbers.
 * @returns null when there is nothing to read
 */
export function readColumns(text: string): Column[] | null {
  const trimmed = text.trim()
  if (trimmed === '') return null
  if (/^[[{]/.test(trimmed)) {
    try {
      return fromJson(JSON.parse(trimmed))
    } catch (error) {
      if (error instanceof SyntaxError) return null
      throw error
    }
  }
  const separator = separatorOf(trimmed)
  const rows = fields(separator === ' ' ? trimmed.replace(/[ \t]+/g, ' ') : trimmed, separator)
  const [first] = rows
  if (!first || rows.length < 2) return null
  const named = first.some((cell) => Number.isNaN(asNumber(cell)))
  const body = named ? rows.slice(1) : rows
  const width = Math.max(...rows.map((row) => row.length))
  return Array.from({ length: width }, (_, index) =>
    column(
      named ? first[index]?.trim() || String(index + 1) : String(index + 1),
      body.map((row) => row[index] ?? ''),
    ),
  )
}
