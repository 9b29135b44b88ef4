import type { AuditEntry } from '../../api/admin'

/** Actions that change something, as the portal calls them. */
export const auditActions = [
  'auth:login',
  'auth:oidc',
  'auth:logout',
  'auth:password',
  'self:update',
  'user:manage',
  'group:create',
  'group:manage',
  'session:manage',
  'token:manage',
  'audit:read',
  'project:create',
  'project:read',
  'project:update',
  'report:save',
  'project:delete',
  'project:share',
  'project:transfer',
  'dataset:read',
  'dataset:create',
  'dataset:update',
  'dataset:delete',
  'engine:read',
  'engine:log',
  'engine:create',
  'engine:update',
  'engine:delete',
  'engine:administer',
  'registry:manage',
  'size:manage',
  'quota:manage',
  'log:manage',
  'export:start',
  'task:read',
  'task:manage',
  'run:write',
] as const

export const auditOutcomes = ['done', 'denied', 'failed', 'unknown'] as const
export const auditTypes = [
  'project',
  'dataset',
  'file',
  'upload',
  'report',
  'asset',
  'figure',
  'engine',
  'registry',
  'size',
  'quota',
  'log-limits',
  'task',
  'user',
  'group',
  'session',
  'token',
] as const

/** Actions that say only where something was done; what was done shows in the values. */
const broad = new Set([
  'self:update',
  'user:manage',
  'group:manage',
  'session:manage',
  'token:manage',
  'registry:manage',
  'size:manage',
  'quota:manage',
  'log:manage',
  'dataset:update',
])

export type Verb = 'created' | 'changed' | 'deleted' | 'ended' | 'revoked'

/** What was done to the thing, where the code of the action says too little of it; null where that says it. */
export function wordsOf({ action, outcome, resource, before, after }: AuditEntry): Verb | null {
  if (!broad.has(action) || outcome !== 'done' || resource === null || (before === null && after === null)) return null
  if (before !== null && after !== null) return 'changed'
  if (before === null) return 'created'
  if (resource.type === 'session') return 'ended'
  return resource.type === 'token' ? 'revoked' : 'deleted'
}

const startOf = (day: string, later: number): string | undefined => {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day)
  if (!match) return undefined
  const date = new Date(Number(match[1]), Number(match[2]) - 1, Number(match[3]) + later)
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString()
}

/** Two days (`2026-01-31`), both included, as the times between which they lie here; a day that is none is left out. */
export const dayRange = (from: string, to: string): { from: string | undefined; to: string | undefined } => ({
  from: startOf(from, 0),
  to: startOf(to, 1),
})
