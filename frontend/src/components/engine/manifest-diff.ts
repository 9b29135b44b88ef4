export interface DiffLine {
  kind: 'same' | 'added' | 'removed'
  text: string
}

/** Lines that belong together; `skipped` says that something was left out before them. */
export interface DiffPart {
  /** What stands beside the line numbers in the header of a hunk, mostly nothing. */
  skipped: boolean
  lines: DiffLine[]
}

/** What changes in one object of the cluster. */
export interface DiffObject {
  name: string
  state: 'new' | 'changed' | 'gone'
  added: number
  removed: number
  parts: DiffPart[]
}

const pathOf = (line: string): string => line.slice(4).split('\t')[0]?.trim() ?? ''

/** A unified diff of one or many files, by file. Lines that are no part of a diff are left out. */
export function diffObjects(text: string): DiffObject[] {
  const objects: DiffObject[] = []
  let before = ''
  let object: DiffObject | null = null
  let part: DiffPart | null = null
  // How many lines of the hunk are to come, so that a removed line `-- x` is not taken for the head of a file.
  let left = { before: 0, after: 0 }
  const lines = text.split('\n')
  for (const line of lines) {
    const within = left.before > 0 || left.after > 0
    if (!within && line.startsWith('--- ')) {
      before = pathOf(line)
      object = null
      part = null
    } else if (!within && line.startsWith('+++ ')) {
      const after = pathOf(line)
      const state = before === '/dev/null' ? 'new' : after === '/dev/null' ? 'gone' : 'changed'
      object = { name: (state === 'gone' ? before : after).replace(/^[ab]\//, ''), state, added: 0, removed: 0, parts: [] }
      objects.push(object)
    } else if (!within && line.startsWith('@@')) {
      const numbers = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(line)
      left = { before: Number(numbers?.[2] ?? 1), after: Number(numbers?.[3] ?? 1) }
      object ??= openNameless(objects)
      part = { skipped: object.parts.length > 0 || Number(numbers?.[1] ?? 1) > 1, lines: [] }
      object.parts.push(part)
    } else if (part && object && within) {
      const text = line.slice(1)
      if (line.startsWith('+')) {
        part.lines.push({ kind: 'added', text })
        object.added += 1
        left.after -= 1
      } else if (line.startsWith('-')) {
        part.lines.push({ kind: 'removed', text })
        object.removed += 1
        left.before -= 1
      } else if (!line.startsWith('\\')) {
        part.lines.push({ kind: 'same', text })
        left.before -= 1
        left.after -= 1
      }
    }
  }
  return objects
}

function openNameless(objects: DiffObject[]): DiffObject {
  const object: DiffObject = { name: '', state: 'changed', added: 0, removed: 0, parts: [] }
  objects.push(object)
  return object
}

/** How many lines come and go in all. */
export function diffTotals(objects: readonly DiffObject[]): { added: number; removed: number } {
  return objects.reduce((sum, { added, removed }) => ({ added: sum.added + added, removed: sum.removed + removed }), {
    added: 0,
    removed: 0,
  })
}
