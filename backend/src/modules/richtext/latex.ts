/** Characters of one formula. */
export const MAX_LATEX = 5_000

// As KaTeX reads it: a backslash and either a word, in which @ counts as a letter, or one character.
const COMMAND = /\\(?:[A-Za-z@]+|[^])/g
const DEFINES = /^\\(?:[egx]?def|let|futurelet|(?:re)?newcommand|providecommand|global|long|.*@.*)$/

/**
 * What is wrong with a formula beyond its length, or null. Commands may not be defined: a thousand uses of one that stands for thousands of characters keep a
 * program busy for minutes, in spite of KaTeX's `maxExpand`, which counts uses and not what comes of them. Names with @ are KaTeX's own and reach such definitions.
 */
export function latexFault(latex: string): string | null {
  const found = latex.match(COMMAND)?.find((command) => DEFINES.test(command))
  return found === undefined
    ? null
    : 'must not define commands (\\def, \\newcommand, \\let … or names with @): write out what they stand for'
}
