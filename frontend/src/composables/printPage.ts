/** Milliseconds after which the page is printed as it is then. */
const patience = 10_000

/**
 * Prints the page, once the charts that were never scrolled to are drawn: they begin when they hear that it is about to be printed.
 * @returns when the dialog of the browser is closed
 */
export async function printPage(): Promise<void> {
  globalThis.dispatchEvent(new Event('beforeprint'))
  const until = performance.now() + patience
  while (document.querySelector('main [data-chart-state=waiting]') && performance.now() < until) {
    await new Promise((resolve) => requestAnimationFrame(resolve))
  }
  globalThis.print()
}
