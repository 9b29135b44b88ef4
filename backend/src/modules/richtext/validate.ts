import { DomainError } from '../../common/problem/domain-error.js'
import { Findings, plainObject, shownKey, textFault, within } from './findings.js'
import type { RichNode, RichText } from './rich-text.js'
import { admits, isNodeType, markRule, nodeRule, NODES, RICH_TEXT_LIMITS, type RichTextLimits } from './schema.js'

/**
 * Checks that something is a text of ours, all of it. Nothing is dropped, repaired or filled in: what is returned is what came in.
 * @param limits other ones than {@link RICH_TEXT_LIMITS}
 * @throws DomainError `rich-text-invalid` with up to 20 findings, each with its path (`content[3].attrs.level`) and what to do
 */
export function validateRichText(json: unknown, limits: Partial<RichTextLimits> = {}): RichText {
  const validator = new Validator({ ...RICH_TEXT_LIMITS, ...limits })
  if (validator.accepts(json)) return json
  throw new DomainError('rich-text-invalid', {}, { errors: validator.findings.errors })
}

type Fields = Record<string, unknown>
type Rule = NonNullable<ReturnType<typeof nodeRule>>
type Content = NonNullable<Rule['content']>

const DOC: Content = { of: 'block', least: 0 }

/** Goes through a text once. Recursion is as deep as the limit allows, whatever comes in. */
class Validator {
  readonly findings = new Findings()
  private nodes = 0
  private characters = 0
  private formulas = 0
  private latex = 0
  private charts = 0
  private tablesOfContents = 0

  constructor(private readonly limits: RichTextLimits) {}

  accepts(json: unknown): json is RichText {
    const { findings } = this
    const doc = plainObject(json, '', findings)
    if (doc) {
      if (doc['type'] !== 'doc') findings.add('type', 'must be "doc": send the whole document as the editor gives it')
      this.knownKeys(doc, ['type', 'content'], '')
      this.content(doc['content'] ?? null, 'content', 1, DOC)
    }
    if (findings.errors.length > 0) return false
    // Last, since only what is known to be shallow can be written safely.
    const bytes = Buffer.byteLength(JSON.stringify(json))
    if (bytes > this.limits.bytes)
      findings.add('content', `has ${bytes} bytes as JSON of ${this.limits.bytes} that fit: split it, or draw charts of fewer points`)
    return findings.errors.length === 0
  }

  private content(value: unknown, path: string, depth: number, rule: Content): void {
    const { findings, limits } = this
    if (!Array.isArray(value)) return findings.add(path, 'must be a list of nodes')
    if (value.length < rule.least) return findings.add(path, 'must not be empty: put something in it, or remove the node around it')
    if (value.length > 0 && depth > limits.depth)
      return findings.add(path, `is nested more than ${limits.depth} levels deep: move it further out`)
    for (let index = 0; index < value.length && !findings.full; index++) {
      if (++this.nodes > limits.nodes)
        return findings.add(path, `has more than ${limits.nodes} nodes with all that comes before: split the text`)
      const type = this.node(value[index], `${path}[${index}]`, depth, rule)
      if (index === 0 && rule.first && type && type !== rule.first)
        findings.add(`${path}[0].type`, `must be "${rule.first}": put one before it`)
    }
  }

  /** @returns the kind of the node, if it has one that may stand here */
  private node(value: unknown, path: string, depth: number, parent: Content): RichNode['type'] | null {
    const { findings } = this
    const node = plainObject(value, path, findings)
    if (!node) return null
    const type = node['type']
    if (!isNodeType(type)) {
      findings.add(`${path}.type`, `must be one of: ${Object.keys(NODES).join(', ')}`)
      return null
    }
    if (!admits(parent, type)) {
      findings.add(`${path}.type`, `must not be "${type}" here: ${allowedIn(parent)}`)
      return null
    }
    const rule: Rule = NODES[type]
    const isInline = rule.group === 'inline'
    this.knownKeys(
      node,
      ['type', 'attrs', ...(rule.content ? ['content'] : []), ...(type === 'text' ? ['text'] : []), ...(isInline ? ['marks'] : [])],
      path,
    )
    this.attributes(node, rule.attrs, path)
    this.limited(type, node, path)
    if (type === 'text') this.text(node['text'], `${path}.text`)
    if (isInline && Object.hasOwn(node, 'marks')) this.marks(node['marks'], `${path}.marks`, parent)
    if (rule.content && (Object.hasOwn(node, 'content') || rule.content.least > 0))
      this.content(node['content'], `${path}.content`, depth + 1, rule.content)
    return type
  }

  private text(value: unknown, path: string): void {
    const fault = value === '' ? 'must not be empty: remove the node' : textFault(value, { max: this.limits.characters, lines: true })
    if (fault) this.findings.add(path, fault)
    else this.count(value, path)
  }

  private marks(value: unknown, path: string, parent: Content): void {
    const { findings } = this
    if (!Array.isArray(value)) return findings.add(path, 'must be a list of marks')
    if (parent.plain && value.length > 0) return findings.add(path, 'must be empty: code carries no marks')
    const seen = new Set<unknown>()
    for (let index = 0; index < value.length && !findings.full; index++) {
      const at = `${path}[${index}]`
      const mark = plainObject(value[index], at, findings)
      if (!mark) continue
      const type = mark['type']
      const rule = markRule(type)
      if (!rule) findings.add(`${at}.type`, 'is no mark that is known: remove it')
      else if (seen.has(type)) findings.add(`${at}.type`, `names "${String(type)}" a second time: remove it`)
      else {
        this.knownKeys(mark, ['type', 'attrs'], at)
        this.attributes(mark, rule, at)
      }
      seen.add(type)
    }
  }

  private attributes(owner: Fields, rules: Rule['attrs'], path: string): void {
    const { findings } = this
    const { pendingAssets } = this.limits
    const at = `${path}.attrs`
    const given = Object.hasOwn(owner, 'attrs') ? plainObject(owner['attrs'], at, findings) : {}
    if (!given) return
    this.knownKeys(given, Object.keys(rules), at)
    for (const [name, { check, optional }] of Object.entries(rules)) {
      if (!Object.hasOwn(given, name)) {
        if (!optional) findings.add(`${at}.${name}`, 'is missing: add it')
        continue
      }
      const value = given[name]
      check(value, `${at}.${name}`, { findings, pendingAssets })
      if (typeof value === 'string') this.count(value, `${at}.${name}`)
    }
  }

  private knownKeys(object: Fields, known: readonly string[], path: string): void {
    for (const key of Object.keys(object)) {
      if (this.findings.full) return
      if (!known.includes(key)) this.findings.add(within(path, shownKey(key)), 'is unknown here: remove it')
    }
  }

  private count(value: unknown, path: string): void {
    if (typeof value === 'string') this.characters += value.length
    if (this.characters > this.limits.characters)
      this.findings.add(path, `is beyond the ${this.limits.characters} characters that a text may have: split it`)
  }

  /** What costs more than other nodes when it is shown. */
  private limited(type: RichNode['type'], node: Fields, path: string): void {
    const { findings, limits } = this
    if (type === 'tableOfContents' && ++this.tablesOfContents > 1) findings.add(path, 'is a second table of contents: remove it')
    if (type === 'chart' && ++this.charts > limits.charts)
      findings.add(path, `is beyond the ${limits.charts} charts that a text may have: split it`)
    if (type !== 'inlineMath' && type !== 'blockMath') return
    if (++this.formulas > limits.formulas) findings.add(path, `is beyond the ${limits.formulas} formulas that a text may have: split it`)
    const attrs = plainObject(node['attrs'], `${path}.attrs`, new Findings())
    if (typeof attrs?.['latex'] === 'string') this.latex += attrs['latex'].length
    if (this.latex > limits.latex) findings.add(path, `is beyond the ${limits.latex} characters of LaTeX that a text may have: split it`)
  }
}

function allowedIn({ of }: Content): string {
  if (of === 'block') return 'put it into a paragraph or another block that takes it'
  if (of === 'inline') return 'only text, line breaks, formulas and footnotes may be in a line'
  return `only ${of.join(', ')} may be here`
}
