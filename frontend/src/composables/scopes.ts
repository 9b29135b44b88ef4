import type { Action, TokenScope } from '../components/models'

/** What a token can be made for, by area; those with `needs` only by who may do that. */
export const scopeGroups: readonly { area: string; scopes: readonly TokenScope[]; needs?: Action }[] = [
  { area: 'projects', scopes: ['projects:read', 'projects:write', 'projects:manage'] },
  { area: 'datasets', scopes: ['datasets:read', 'datasets:write'] },
  { area: 'engines', scopes: ['engines:read', 'engines:deploy'] },
  { area: 'runs', scopes: ['runs:read', 'runs:write'] },
  { area: 'instance', scopes: ['users:manage', 'audit:read'], needs: 'user:manage' },
]

/** The key of a scope's text: a colon has a meaning of its own there. */
export const scopeKey = (scope: TokenScope): string => scope.replace(':', '-')
