const MOST = 80
/** Names that Windows takes for devices, whatever comes after a dot. @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const DEVICES = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])$/i

/** A text as one name in a path that every file system takes: nothing in it leads elsewhere, hides it, or looks like another direction of writing. */
export function safeName(text: string, otherwise: string): string {
  const name = text
    .toWellFormed()
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\\/:*?"<>|%$`~#;&!']+/gu, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^[ .-]+/, '')
  const short = [...name]
    .slice(0, MOST)
    .join('')
    .replace(/[ .]+$/, '')
  if (short === '') return otherwise
  return DEVICES.test(short.split('.')[0] ?? '') ? `_${short}` : short
}

/** Gives out names of which no two are the same, also where capitals do not count. */
export class UniqueNames {
  private readonly taken = new Set<string>()

  /** @param ending what comes last, as `.html` */
  of(name: string, ending = ''): string {
    for (let count = 1; ; count++) {
      const tried = count === 1 ? `${name}${ending}` : `${name} (${count})${ending}`
      // As a file system that folds cases has it.
      const key = tried.normalize('NFKC').toLowerCase()
      if (this.taken.has(key)) continue
      this.taken.add(key)
      return tried
    }
  }
}
