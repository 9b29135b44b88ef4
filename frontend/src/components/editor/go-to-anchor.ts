/** Brings a heading into sight, puts the keyboard there, and its anchor into the address, without a step of the history. */
export function goToAnchor(id: string): void {
  const heading = document.getElementById(id)
  if (!heading) return
  heading.scrollIntoView({ block: 'start' })
  heading.focus({ preventScroll: true })
  const { pathname, search } = globalThis.location
  globalThis.history.replaceState(globalThis.history.state, '', `${pathname}${search}#${encodeURIComponent(id)}`)
}
