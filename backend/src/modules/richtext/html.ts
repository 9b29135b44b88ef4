/** The elements that a rendered text is made of; KaTeX adds those of its formulas. */
type ElementName =
  | (
      | 'a'
      | 'aside'
      | 'blockquote'
      | 'br'
      | 'code'
      | 'del'
      | 'details'
      | 'div'
      | 'em'
      | 'figcaption'
      | 'figure'
      | 'h2'
      | 'h3'
      | 'h4'
      | 'hr'
      | 'img'
    )
  | (
      | 'input'
      | 'li'
      | 'mark'
      | 'nav'
      | 'ol'
      | 'p'
      | 'pre'
      | 'section'
      | 'span'
      | 'strong'
      | 'sub'
      | 'summary'
      | 'sup'
      | 'table'
      | 'tbody'
      | 'td'
    )
  | ('th' | 'thead' | 'tr' | 'track' | 'u' | 'ul' | 'video')

type AttributeName =
  | (
      | 'alt'
      | 'aria-label'
      | 'checked'
      | 'class'
      | 'colspan'
      | 'controls'
      | 'data-app'
      | 'data-chart'
      | 'decoding'
      | 'default'
      | 'disabled'
      | 'height'
    )
  | (
      | 'href'
      | 'id'
      | 'kind'
      | 'label'
      | 'loading'
      | 'preload'
      | 'rel'
      | 'role'
      | 'rowspan'
      | 'scope'
      | 'src'
      | 'start'
      | 'style'
      | 'tabindex'
      | 'target'
    )
  | ('type' | 'width')

const VOID = new Set<ElementName>(['br', 'hr', 'img', 'input', 'track'])
const REFERENCES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;', '`': '&#96;' }

/** A text as it can stand between tags and in a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"'`]/g, (character) => REFERENCES[character] ?? '')

/**
 * One element: every tag of a rendered text is written here, so that only what is listed above can be in it.
 * @param attributes escaped here; false, null and undefined leave one out, true writes its name alone
 * @param inner HTML
 */
export function tag(
  name: ElementName,
  attributes: Readonly<Partial<Record<AttributeName, string | number | boolean | null>>> = {},
  inner = '',
): string {
  let written = ''
  for (const [key, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue
    written += value === true ? ` ${key}` : ` ${key}="${escapeHtml(String(value))}"`
  }
  return VOID.has(name) ? `<${name}${written}>` : `<${name}${written}>${inner}</${name}>`
}
