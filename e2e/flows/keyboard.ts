import type { Locator, Page } from 'playwright-core'

/** A field for a password has no role. */
type Role = Parameters<Page['getByRole']>[0] | 'password'

/** As many stops as a page may have between two things that one task needs. */
const MOST = 90

/** What the keyboard is at, as the page sees it. */
interface Stop {
  /** What it is called, for people who read a failure. */
  name: string
  /** Why someone who looks at the page does not see that the keyboard is here. */
  faults: string[]
  /** Where it stands, in pixels of the page. */
  top: number
  left: number
}

/** Somebody without a mouse. Each stop on the way is looked at: whether it is to be seen, marked, and not below something else. */
export class Keyboard {
  /** What was wrong with stops on the way, each once. */
  readonly faults = new Set<string>()

  constructor(readonly page: Page) {}

  /** Presses keys, one after the other. */
  async press(...keys: string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** Types into what the keyboard is at. */
  type(words: string): Promise<void> {
    return this.page.keyboard.type(words)
  }

  /** Whether the keyboard is at something of that role and name. */
  async isAt(role: Role, name: string | RegExp): Promise<boolean> {
    return (await this.one(role, name).and(this.page.locator(':focus')).count()) > 0
  }

  /** Waits until the keyboard is at something, without a key. @throws with what it is at instead */
  async at(role: Role, name: string | RegExp): Promise<void> {
    await this.wait(this.one(role, name).and(this.page.locator(':focus')), `at ${role} ${String(name)}`)
    this.look(await this.stop())
  }

  /** Whether the keyboard is somewhere in a part of the page, rather than at its very beginning. */
  async isInside(within = 'main'): Promise<boolean> {
    return (await this.part(within).count()) > 0
  }

  /** Waits until it is, without a key. @throws with what it is at instead */
  async inside(within = 'main'): Promise<void> {
    await this.wait(this.part(within), `inside ${within}`)
  }

  /** Waits until a dialog has the keyboard. */
  async opened(name?: string | RegExp): Promise<void> {
    const dialog = name === undefined ? this.page.getByRole('dialog') : this.page.getByRole('dialog', { name })
    const inside = this.page.locator('*:focus, *:has(:focus)')
    await dialog.and(inside).or(dialog.locator(':focus')).first().waitFor()
  }

  /** Presses Escape, and waits until what was open over the page is gone. */
  async escape(): Promise<void> {
    await this.press('Escape')
    await this.closed()
  }

  /** Waits until nothing is open over the page any more. */
  async closed(): Promise<void> {
    await this.page.locator('.q-dialog, .q-menu').first().waitFor({ state: 'detached' })
  }

  /** Presses Tab until the keyboard is at something of that role and name. @throws with the stops on the way when it does not come there */
  async tabTo(role: Role, name: string | RegExp, { back = false }: { back?: boolean } = {}): Promise<void> {
    const way: string[] = []
    // It has to be there; that it can be reached is what is tried.
    await this.one(role, name).first().waitFor()
    for (let count = 0; count <= MOST; count += 1) {
      if (await this.isAt(role, name)) return
      await this.press(back ? 'Shift+Tab' : 'Tab')
      const stop = await this.stop()
      this.look(stop)
      way.push(stop?.name ?? '(the page)')
    }
    throw new Error(`Tab does not come to ${role} ${String(name)}. The way: ${way.join(' › ')}`)
  }

  /** Goes there and presses Enter. */
  async enter(role: Role, name: string | RegExp): Promise<void> {
    await this.tabTo(role, name)
    await this.press('Enter')
  }

  /** Goes to a field and types into it, over what is there. */
  async fill(role: 'textbox' | 'combobox' | 'password', name: string | RegExp, words: string): Promise<void> {
    await this.tabTo(role, name)
    await this.press('Control+a')
    await this.type(words)
  }

  /**
   * Every stop of a page, once around, as Tab comes to them.
   * @throws when the keyboard does not come around, that is when something holds it
   */
  async around(most: number): Promise<Stop[]> {
    const stops: Stop[] = []
    // From wherever the page has begun to its end, and from there once around; every page begins with the same stop.
    const first = await this.page.locator('.skip-link').innerText()
    let rounds = 0
    for (let count = 0; count < 2 * most; count += 1) {
      await this.press('Tab')
      const stop = await this.stop()
      this.look(stop)
      if (stop?.name.includes(first)) rounds += 1
      if (rounds === 2) return stops
      if (stop && rounds === 1) stops.push(stop)
    }
    throw new Error(`Tab does not come around: ${stops.map(({ name }) => name).join(' › ')}`)
  }

  private one(role: Role, name: string | RegExp): Locator {
    const exact = typeof name === 'string'
    return role === 'password' ? this.page.getByLabel(name, { exact }) : this.page.getByRole(role, { name, exact })
  }

  private part(within: string): Locator {
    return this.page.locator(within).and(this.page.locator(':focus, :has(:focus)'))
  }

  private async wait(wanted: Locator, where: string): Promise<void> {
    try {
      await wanted.first().waitFor()
    } catch (error) {
      throw new Error(`the keyboard is not ${where} but at ${(await this.stop())?.name ?? 'nothing'}`, { cause: error })
    }
  }

  private look(stop: Stop | null): void {
    for (const fault of stop?.faults ?? []) this.faults.add(`${stop?.name ?? ''} at ${new URL(this.page.url()).pathname}: ${fault}`)
  }

  private stop(): Promise<Stop | null> {
    return this.page.evaluate(async () => {
      // A mark may take a moment to appear.
      const field = document.activeElement?.closest('.q-field')
      await Promise.all((field?.getAnimations({ subtree: true }) ?? []).map(({ finished }) => finished.catch(() => undefined)))
      const element = document.activeElement
      if (!(element instanceof HTMLElement) || element === document.body) return null
      const words = (element.getAttribute('aria-label') ?? element.textContent.trim()) || (element.getAttribute('name') ?? '')
      const name = `${element.getAttribute('role') ?? element.tagName.toLowerCase()} “${words.replace(/\s+/g, ' ').slice(0, 40)}”`
      const all = element.getBoundingClientRect()
      const place = { top: Math.round(all.top + scrollY), left: Math.round(all.left) }
      // The page of an app is not ours, and what is led to but no stop of its own (a heading, a page) needs no mark.
      const isControl = element.matches('button, a, input, select, textarea')
      if (element.tagName === 'IFRAME' || (element.getAttribute('tabindex') === '-1' && !isControl)) return { name, faults: [], ...place }
      const faults: string[] = []

      /** The middle of the line with the cursor, in pixels from the top; null where none is. An empty line has no place of its own. */
      function lineOf(): number | null {
        const range = document.getSelection()?.getRangeAt(0)
        if (!range) return null
        const { startContainer: node, startOffset } = range
        const block = node instanceof Element ? (node.children[startOffset] ?? node) : node.parentElement
        const own = range.getBoundingClientRect()
        const { top: start, height } = own.height > 0 ? own : (block ?? document.body).getBoundingClientRect()
        return start + Math.min(height / 2, 12)
      }

      // A link may go over two lines: its first part counts. A box that is drawn by its label is its label.
      const label = element.closest('label')
      const [part] = element.getClientRects()
      const drawn = part && part.width > 2 && part.height > 2 ? part : (label ?? element).getBoundingClientRect()
      const left = Math.max(0, drawn.left)
      const right = Math.min(innerWidth, drawn.right)
      const top = Math.max(0, drawn.top)
      const bottom = Math.min(innerHeight, drawn.bottom)
      if (right - left < 1 || bottom - top < 1) faults.push('is not in what is shown')
      else {
        // Of a text that one writes, the line that one is at has to be seen rather than its middle.
        const middle = (element.isContentEditable ? lineOf() : null) ?? (top + bottom) / 2
        const hit = document.elementFromPoint((left + right) / 2, middle)
        const around = [element, element.parentElement, element.parentElement?.parentElement]
        if (!(hit && (element.contains(hit) || label?.contains(hit) || around.includes(hit as HTMLElement))))
          faults.push(`is covered by ${hit?.tagName.toLowerCase() ?? 'nothing'}.${hit?.className ?? ''}`)
      }

      const clear = (colour: string): boolean => colour === 'transparent' || /(?:^rgba.*, 0\)|\/ 0\))$/.test(colour)
      let marked = false
      for (let each: Element | null = element, steps = 0; each && steps < 5; each = each.parentElement, steps += 1) {
        const own = getComputedStyle(each)
        if (own.outlineStyle !== 'none' && Number.parseFloat(own.outlineWidth) > 0 && !clear(own.outlineColor)) marked = true
        const after = getComputedStyle(each, '::after')
        if (each.matches('.q-field--focused *') && Number.parseFloat(after.borderTopWidth) > 1 && !clear(after.borderTopColor))
          marked = true
      }
      // In a text that one writes, and in the one field of the quick search, the cursor is the mark.
      if (!marked && !element.isContentEditable && !element.closest('.quick')) faults.push('is not marked')
      return { name, faults, ...place }
    })
  }
}
