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
 * @throws Error that says what is wrong
 */
export function parseManifests(text: string, allowed: Allowed[]): Manifest[] {
  const seen = new Set<string>()
  const documents = parseAllDocuments(text, { version: '1.2', schema: 'core', strict: true, uniqueKeys: true, merge: false })
  if ('empty' in documents) throw new Error('the manifest is empty')
  return documents.map((document) => {
    checkSyntax(document)
    const manifest = document.toJS({ maxAliasCount: 0 }) as unknown
    if (!isManifest(manifest)) throw new Error('a manifest has no apiVersion, kind or name')
    checkAllowed(manifest, allowed)
    const { kind, metadata } = manifest
    if (seen.has(`${kind}/${metadata.name}`)) throw new Error(`${kind} ${JSON.stringify(metadata.name)} is there twice`)
    seen.add(`${kind}/${metadata.name}`)
    return manifest
  })
}

function checkSyntax(document: Document.Parsed): void {
  const problem = document.errors[0] ?? document.warnings[0]
  if (problem) throw new Error(`the manifest is not YAML: ${problem.message}`)
  visit(document, (_key, node) => {
    if (isAlias(node)) throw new Error('the manifest has an alias')
    if ((isScalar(node) || isCollection(node)) && (node.tag !== undefined || node.anchor !== undefined))
      throw new Error('the manifest has a tag or an anchor')
  })
}

function isManifest(value: unknown): value is Manifest {
  if (typeof value !== 'object' || value === null) return false
  const { apiVersion, kind, metadata } = value as { apiVersion?: unknown; kind?: unknown; metadata?: { name?: unknown } | null }
  return typeof apiVersion === 'string' && typeof kind === 'string' && typeof metadata?.name === 'string'
}

function checkAllowed({ apiVersion, kind, metadata }: Manifest, allowed: Allowed[]): void {
  const rule = allowed.find((each) => each.apiVersion === apiVersion && each.kind === kind)
  const what = `${apiVersion} ${kind} ${JSON.stringify(metadata.name)}`
  if (!rule) throw new Error(`${what} is of a kind that no template may contain`)
  if (!rule.names.includes(metadata.name)) throw new Error(`${what} has another name than it must have`)
  if (metadata.namespace !== rule.namespace) throw new Error(`${what} lies in another namespace than it must`)
}
