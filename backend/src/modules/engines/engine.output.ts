/** What the last lines of an app that ended say of the reason. */
export type OutputClue =
  | { is: 'architecture' | 'memory' | 'disk' | 'port-not-allowed' | 'port-taken' | 'command' }
  | { is: 'path'; path: string }
  | { is: 'hint'; text: string }

type Reading = (line: string) => OutputClue | null

const PERMISSION = /permission denied|EACCES|read-only file ?system|EROFS|operation not permitted|EPERM/i

// The first that has something to say, of the last line that it has something to say of.
const READINGS: Reading[] = [
  (line) =>
    /^exec \S+: exec format error|cannot execute(?: binary file)?: (?:exec format|required file)/i.test(line)
      ? { is: 'architecture' }
      : null,
  (line) =>
    /out of memory|cannot allocate memory|std::bad_alloc|^MemoryError|java\.lang\.OutOfMemoryError|ENOMEM/i.test(line)
      ? { is: 'memory' }
      : null,
  (line) => (/no space left on device|ENOSPC|disk quota exceeded/i.test(line) ? { is: 'disk' } : null),
  (line) => (/address (?:already )?in use|EADDRINUSE/i.test(line) ? { is: 'port-taken' } : null),
  (line) => (PERMISSION.test(line) && /\b(?:bind|listen)\b/i.test(line) ? { is: 'port-not-allowed' } : null),
  readPath,
  (line) => (/^(?:exec|\/bin\/\S+|sh|bash|env): .*(?:not found|no such file or directory)/i.test(line) ? { is: 'command' } : null),
  readHint,
]

/** What an app's output says of why it ended; null when it says nothing that is known. Only the last 50 lines count. Pure. */
export function clueOf(output: string): OutputClue | null {
  const lines = output.split('\n').slice(-50).reverse()
  for (const read of READINGS) {
    const clue = lines.map((line) => read(line.trim())).find((each) => each !== null)
    if (clue) return clue
  }
  return null
}

/** A path that may not be used. Programs name the path first or last, and often themselves before it. */
function readPath(line: string): OutputClue | null {
  if (!PERMISSION.test(line)) return null
  const quoted = /['"`‘]((?:\/[^'"`’\s]+)+\/?)['"`’]/.exec(line)?.[1]
  const plain = line.match(/(?<![\w.:/])\/[\w.@+-]+(?:\/[\w.@+-]*)*/g)?.at(-1)
  const path = quoted ?? plain
  return path === undefined ? null : { is: 'path', path }
}

function readHint(line: string): OutputClue | null {
  const module = /(?:No module named|Cannot find (?:module|package)) ['"]([^'"]+)['"]/.exec(line)?.[1]
  if (module !== undefined)
    return { is: 'hint', text: `The image has no module "${module}": add it to what the image installs, and build it again.` }
  const key = /^KeyError: ['"]([A-Z][A-Z0-9_]{2,})['"]/.exec(line)?.[1]
  return key === undefined ? null : { is: 'hint', text: `It looks for "${key}": if that is a variable of its environment, set it.` }
}
