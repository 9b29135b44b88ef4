import type { Condition, HttpRoute, Ingress, Mapping } from '../../../platform/kubernetes/kube-objects.js'

/**
 * What is known of the way from the outside to an app: requests are led there, or not (with what the cluster says), or that takes its time (until when), or
 * the kind of object does not say.
 */
export type RouteState = { is: 'serving' } | { is: 'refused'; evidence: string } | { is: 'waiting'; inMs: number } | { is: 'unsaid' }

// So long a controller may take before its silence or refusal is one: the Service that a route names may come after it.
const PATIENCE_MS = 15_000

/**
 * Of an HTTPRoute: each controller says for each Gateway whether it accepted the route and found what it leads to. Pure.
 * https://gateway-api.sigs.k8s.io/reference/spec/#routeparentstatus
 */
export function httpRouteState(route: HttpRoute | undefined, at: Date): RouteState {
  if (!route) return { is: 'waiting', inMs: PATIENCE_MS }
  const { generation = 0, creationTimestamp } = route.metadata
  const parents = (route.status?.parents ?? []).map(({ conditions = [] }) =>
    conditions.filter(({ observedGeneration = generation }) => observedGeneration >= generation),
  )
  const has = (conditions: Condition[], type: string): boolean => conditions.some((each) => each.type === type && each.status === 'True')
  if (parents.some((conditions) => has(conditions, 'Accepted') && has(conditions, 'ResolvedRefs'))) return { is: 'serving' }
  const refusals = parents.flat().filter(({ type, status }) => ['Accepted', 'ResolvedRefs'].includes(type) && status === 'False')
  const evidence = refusals.map(({ type, reason = '', message = '' }) => `${type}: ${reason} ${message}`.trim()).join('\n')
  const since = refusals.map(({ lastTransitionTime }) => Date.parse(lastTransitionTime ?? '')).filter(Number.isFinite)
  const began = since.length > 0 ? Math.min(...since) : Date.parse(creationTimestamp ?? '')
  const inMs = PATIENCE_MS - (at.getTime() - (Number.isFinite(began) ? began : at.getTime()))
  if (inMs > 0) return { is: 'waiting', inMs }
  return { is: 'refused', evidence: evidence || 'No controller has taken the HTTPRoute: is there one for the class of the Gateway?' }
}

/** Of an Ingress: some controllers write where they serve it, some write nothing, ever; refusals are in their own log only. Pure. */
export const ingressState = (ingress: Ingress | undefined): RouteState =>
  (ingress?.status?.loadBalancer?.ingress ?? []).length > 0 ? { is: 'serving' } : { is: 'unsaid' }

/** Of a Mapping: Emissary writes a state where it is allowed to. Pure. */
export function mappingState(mapping: Mapping | undefined): RouteState {
  const { state, reason } = mapping?.status ?? {}
  if (state === 'Running') return { is: 'serving' }
  if (state === 'Inactive') return { is: 'refused', evidence: reason || 'Emissary says that the Mapping is inactive.' }
  return { is: 'unsaid' }
}
