// As KaTeX reads it: a backslash and either a word, in which @ counts as a letter, or one character.
const COMMAND = /\\(?:[A-Za-z@]+|[^])/g
const DEFINES = /^\\(?:[egx]?def|let|futurelet|(?:re)?newcommand|providecommand|global|long|.*@.*)$/

/** Whether a formula defines commands, which the portal refuses: what they stand for may grow without bound. */
export const definesCommands = (latex: string): boolean => (latex.match(COMMAND) ?? []).some((command) => DEFINES.test(command))
