/**
 * Moves the focus in a menu, round and round: what the arrow keys do there.
 * @param event a key pressed in the element of role `menu`
 */
export function moveInMenu(event: KeyboardEvent, by: 1 | -1): void {
  const list = event.currentTarget
  if (!(list instanceof HTMLElement)) return
  const items = [...list.querySelectorAll<HTMLElement>('[role=menuitem]')]
  const at = items.findIndex((item) => item === document.activeElement)
  items.at(at === -1 && by === -1 ? -1 : (at + by) % items.length)?.focus()
}
