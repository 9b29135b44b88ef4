import type { Kind, KubeObject, ObjectMeta } from './kube-objects.js'

/** Only what phases and logs need of an object: no specification, no field owners, no annotations but our own. */
export function slim<T extends KubeObject>(raw: KubeObject & { status?: unknown }, { apiVersion, kind }: Kind<T>): T {
  const { name, namespace, uid, generation, resourceVersion, creationTimestamp, deletionTimestamp, labels, annotations } = raw.metadata
  const own = Object.entries(annotations ?? {}).filter(([key]) => key.startsWith('vitrine.dev/'))
  const metadata: ObjectMeta = {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(generation === undefined ? {} : { generation }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(creationTimestamp === undefined ? {} : { creationTimestamp }),
    ...(deletionTimestamp === undefined ? {} : { deletionTimestamp }),
    ...(labels === undefined ? {} : { labels }),
    ...(own.length === 0 ? {} : { annotations: Object.fromEntries(own) }),
  }
  return { apiVersion, kind, metadata, ...(raw.status === undefined ? {} : { status: raw.status }) } as unknown as T
}
