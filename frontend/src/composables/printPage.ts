/** Milliseconds after which the page is printed as it is then. */
const patience = 10_000

const waits = (): boolean => document.querySelector('main [data-chart-state=waiting]') !== null

/**
 * Prints the page, once the charts that were never scrolled to are drawn: they begin when they hear that it is about to be printed.
 * @returns when the dialog of the browser is closed
 */
export async function printPage(): Promise<void> {
  globalThis.dispatchEvent(new Event('beforeprint'))
  const until = performance.now() + patience
  while (waits() && performance.now() < until) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  globalThis.print()
}

/** On a Mac the other key goes a line up. */
const hasPrintKey = ({ ctrlKey, metaKey }: KeyboardEvent): boolean =>
  /\bMacintosh\b/.test(navigator.userAgent) ? metaKey && !ctrlKey : ctrlKey && !metaKey

/** Takes the browser's own keys for printing while charts wait to be drawn: it would print the page at once, without them. */
export function printByKeys(event: KeyboardEvent): void {
  if (event.key.toLowerCase() !== 'p' || !hasPrintKey(event) || event.shiftKey || event.altKey || !waits()) return
  event.preventDefault()
  void printPage()
}
