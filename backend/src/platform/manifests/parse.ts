import { isAlias, isCollection, isScalar, parseAllDocuments, visit, type Document } from 'yaml'
import type { Manifest } from '../kubernetes/kube-objects.js'

/** One kind of object that a template may contain, and under which names. */
export interface Allowed {
  apiVersion: string
  kind: string
  /** Where it must be; undefined for what lies in no namespace. */
  namespace: string | undefined
  names: string[]
}

/** What a template has made is not what the portal may apply. The message names the template and what is wrong with it. */
export class ManifestRefused extends Error {
  override readonly name = 'ManifestRefused'

  constructor(
    readonly template: string,
    readonly reasons: string[],
  ) {
    super(`the template ${template} makes what must not be applied: ${reasons.join('; ')}`)
  }
}

/**
 * Reads rendered manifests, strictly: no aliases, no tags, no key twice; only objects of the allow-list, each at most once.
 * @param template what they were rendered from, for messages
 * @throws ManifestRefused that says what is wrong
 */
export function parseManifests(template: string, text: string, allowed: Allowed[]): Manifest[] {
  const refuse = (reason: string): never => {
    throw new ManifestRefused(template, [reason])
  }
  const seen = new Set<string>()
  const documents = parseAllDocuments(text, { version: '1.2', schema: 'core', strict: true, uniqueKeys: true, merge: false })
  if ('empty' in documents) return refuse('the manifest is empty')
  return documents.map((document) => {
    const misspelt = syntaxOf(document)
    if (misspelt !== null) return refuse(misspelt)
    const manifest = document.toJS({ maxAliasCount: 0 }) as unknown
    if (!isManifest(manifest)) return refuse('a manifest has no apiVersion, kind or name')
    const { kind, metadata } = manifest
    const unexpected = unexpectedIn(manifest, allowed)
    if (unexpected !== null) return refuse(unexpected)
    if (seen.has(`${kind}/${metadata.name}`)) return refuse(`${kind} ${JSON.stringify(metadata.name)} is there twice`)
    seen.add(`${kind}/${metadata.name}`)
    return manifest
  })
}

/** What is wrong with how it is written; null when nothing is. */
function syntaxOf(document: Document.Parsed): string | null {
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) return `the manifest is not YAML: ${problem.message}`
  let found: string | null = null
  visit(document, (_key, node) => {
    if (isAlias(node)) found = 'the manifest has an alias'
    else if ((isScalar(node) || isCollection(node)) && (node.tag !== undefined || node.anchor !== undefined))
      found = 'the manifest has a tag or an anchor'
    return found === null ? undefined : visit.BREAK
  })
  return found
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { apiVersion, kind, metadata } = value as { apiVersion?: unknown; kind?: unknown; metadata?: { name?: unknown } | null }
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
}

/** Why it is none of those that may be there; null when it is one. */
function unexpectedIn({ apiVersion, kind, metadata }: Manifest, allowed: Allowed[]): string | null {
  const rule = allowed.find((each) => each.apiVersion === apiVersion && each.kind === kind)
  const what = `${apiVersion} ${kind} ${JSON.stringify(metadata.name)}`
  if (!rule) return `${what} is of a kind that no template may contain`
  if (!rule.names.includes(metadata.name)) return `${what} has another name than it must have`
  return metadata.namespace === rule.namespace ? null : `${what} lies in another namespace than it must`
}
