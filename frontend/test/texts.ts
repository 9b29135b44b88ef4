/** What the tests of texts look at: the texts by their keys, and where the sources use them. */

/** The texts of a language by their keys, such as `common.save`. */
export function textsOf(messages: object, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
      typeof value === 'object' && value !== null ? [...textsOf(value, `${prefix}${key}.`)] : [[`${prefix}${key}`, String(value)] as const],
    ),
  )
}

/** The names of a text's placeholders, each once. */
export const placeholdersIn = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name))].sort()

/** How many plural forms a text has. */
export const formsIn = (text: string): number => text.replaceAll(/\{'[^']*'\}/g, '').split('|').length

const call = /(?<![\w.$])(?:i18n\.(?:global\.)?)?te?\(/g
const literal = /'([a-zA-Z][\w-]*(?:\.[\w-]+)+)'/g
const template = /`((?:[^`\\$]|\$(?!\{)|\$\{[^{}`]*\})*)`/g

/** The first argument of a call, from behind its parenthesis to the comma or parenthesis that ends it. */
function firstArgument(source: string, start: number): string {
  let depth = 0
  let quote = ''
  for (let at = start; at < source.length; at += 1) {
    const character = source.charAt(at)
    if (quote !== '') {
      if (character === quote) quote = ''
    } else if (`'\``.includes(character)) quote = character
    else if ('([{'.includes(character)) depth += 1
    else if (depth === 0 && ',)'.includes(character)) return source.slice(start, at)
    else if (')]}'.includes(character)) depth -= 1
  }
  return ''
}

/** The keys that a template such as `engine.phase.${phase}` can stand for; null where its beginning is not known. */
function patternOf(text: string): RegExp | null {
  if (!text.includes('${') || !/^[a-zA-Z][\w-]*\./.test(text)) return null
  const parts = text.split(/\$\{[^{}]*\}/).map((part) => part.replaceAll('.', String.raw`\.`))
  return parts.every((part) => /^[\w\\.-]*$/.test(part)) ? new RegExp(`^${parts.join(String.raw`[\w-]+(?:\.[\w-]+)*`)}$`) : null
}

const first = (matches: Iterable<RegExpMatchArray>): string[] => [...matches].map(([, text = '']) => text)

export interface Uses {
  /** Keys that are asked for by name. */
  keys: Set<string>
  /** Keys that are put together, where they are asked for. */
  patterns: Map<string, RegExp>
  /** Whatever in the sources could be a key, also where it is handed on before it is asked for. */
  mentioned: { keys: Set<string>; patterns: RegExp[] }
}

/** Where texts are used. @param sources the text of each source file. */
export function usesIn(sources: readonly string[]): Uses {
  const uses: Uses = { keys: new Set(), patterns: new Map(), mentioned: { keys: new Set(), patterns: [] } }
  for (const source of sources) {
    const asked = [...source.matchAll(call)].map((match) => firstArgument(source, match.index + match[0].length))
    for (const argument of asked) {
      for (const key of first(argument.matchAll(literal))) uses.keys.add(key)
      for (const text of first(argument.matchAll(template))) {
        const pattern = patternOf(text)
        if (pattern) uses.patterns.set(text, pattern)
      }
    }
    for (const key of first(source.matchAll(/keypath="([\w.-]+)"/g))) uses.keys.add(key)
    for (const key of first(source.matchAll(/\bmeta: \{[^}]*title: '([\w.-]+)'/g))) uses.keys.add(key)
    for (const key of first(source.matchAll(literal))) uses.mentioned.keys.add(key)
    for (const text of first(source.matchAll(template))) {
      const pattern = patternOf(text)
      if (pattern) uses.mentioned.patterns.push(pattern)
    }
  }
  for (const key of uses.keys) uses.mentioned.keys.add(key)
  return uses
}
