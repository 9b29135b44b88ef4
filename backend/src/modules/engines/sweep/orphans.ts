import { LABEL, type KubeObject } from '../../../platform/kubernetes/kube-objects.js'

/** Why nothing here wants an object: its app or its project has no record, or it belongs to another database, or nothing says to which. */
export const ORPHAN_REASONS = ['app-gone', 'project-gone', 'foreign', 'unmarked'] as const
export type OrphanReason = (typeof ORPHAN_REASONS)[number]

/** An object in the cluster that no record here wants. */
export interface Stray {
  object: KubeObject
  reason: OrphanReason
}

/** What is known here. */
export interface Records {
  engineIds: ReadonlySet<string>
  projectIds: ReadonlySet<string>
  /** The id of this instance. */
  instanceId: string
}

/** What is in the cluster of this instance's. */
export interface Inventory {
  parts: KubeObject[]
  namespaces: KubeObject[]
}

/**
 * What in the cluster no record wants. Pure. That a record is missing says something only about what was made from these very records: a namespace carries
 * the mark of its database, and what is in one of another database, or in one without a mark, is told but never ours to remove. What is in a namespace
 * that is listed for that is not listed again.
 */
export function straysOf({ parts, namespaces }: Inventory, { engineIds, projectIds, instanceId }: Records): Stray[] {
  const reasonOf = (namespace: KubeObject | undefined, gone: OrphanReason): OrphanReason => {
    const mark = namespace?.metadata.labels?.[LABEL.database]
    if (mark === undefined) return 'unmarked'
    return mark === instanceId ? gone : 'foreign'
  }
  const unwanted = namespaces.filter(({ metadata }) => !projectIds.has(metadata.labels?.[LABEL.project] ?? ''))
  const told = unwanted.map((object): Stray => ({ object, reason: reasonOf(object, 'project-gone') }))
  const closed = new Set(told.filter(({ reason }) => reason !== 'project-gone').map(({ object }) => object.metadata.name))
  const byName = new Map(namespaces.map((namespace) => [namespace.metadata.name, namespace]))
  const left = parts.filter(
    ({ metadata }) => !engineIds.has(metadata.labels?.[LABEL.engine] ?? '') && !closed.has(metadata.namespace ?? ''),
  )
  return [
    ...told,
    ...left.map((object): Stray => ({ object, reason: reasonOf(byName.get(object.metadata.namespace ?? ''), 'app-gone') })),
  ].filter(({ object }) => object.metadata.deletionTimestamp === undefined)
}
