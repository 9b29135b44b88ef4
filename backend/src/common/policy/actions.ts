/** The five things that someone may be able to do with a project; a role is a set of them, an action needs one. */
export const CAPABILITIES = ['read', 'edit', 'deploy', 'manage', 'own'] as const
export type Capability = (typeof CAPABILITIES)[number]

/** What a member of a project may do there. Someone who has several, by groups, has the union. */
export const PROJECT_ROLES = {
  viewer: ['read'],
  editor: ['read', 'edit'],
  deployer: ['read', 'deploy'],
  manager: ['read', 'edit', 'deploy', 'manage'],
} as const satisfies Record<string, readonly Capability[]>
export type ProjectRole = keyof typeof PROJECT_ROLES

/** Who else may read a project: nobody, everyone with an account, or everyone where the instance allows that. */
export const VISIBILITIES = ['private', 'internal', 'public'] as const
export type Visibility = (typeof VISIBILITIES)[number]

/** What an API token can be made for. A token never can do more than its owner. */
export const SCOPES = [
  'projects:read',
  'projects:write',
  'projects:manage',
  'datasets:read',
  'datasets:write',
  'engines:read',
  'engines:deploy',
  'runs:read',
  'runs:write',
  'users:manage',
  'audit:read',
] as const
export type Scope = (typeof SCOPES)[number]

/** What an action asks of the one who carries it out. */
export interface ActionRule {
  /**
   * Without a project: `anyone`, an `account`, or an `admin`.
   * On a project: the capability that it needs there.
   */
  needs: 'anyone' | 'account' | 'admin' | Capability
  /** The scope that a token needs for it; `any` for every token, null for none: only a person who signed in does it. */
  scope: Scope | 'any' | null
  /** On a project: whether it needs an account even where everyone may read. */
  account?: true
}

/** Every action of the portal. A route declares one of these. */
export const ACTIONS = {
  'self:read': { needs: 'account', scope: 'any' },
  'self:update': { needs: 'account', scope: null },
  'system:read': { needs: 'anyone', scope: 'any' },
  'event:read': { needs: 'anyone', scope: 'any' },
  'directory:read': { needs: 'account', scope: 'projects:manage' },
  'group:read': { needs: 'account', scope: 'users:manage' },
  'group:manage': { needs: 'account', scope: 'users:manage' },
  'group:create': { needs: 'admin', scope: 'users:manage' },
  'user:manage': { needs: 'admin', scope: 'users:manage' },
  'session:manage': { needs: 'admin', scope: null },
  'token:manage': { needs: 'admin', scope: null },
  'audit:read': { needs: 'admin', scope: 'audit:read' },
  'project:create': { needs: 'account', scope: 'projects:write' },
  'project:read': { needs: 'read', scope: 'projects:read' },
  'project:update': { needs: 'edit', scope: 'projects:write' },
  'project:star': { needs: 'read', scope: 'projects:read', account: true },
  'project:view': { needs: 'read', scope: 'projects:read' },
  'card:save': { needs: 'edit', scope: 'projects:write' },
  'report:save': { needs: 'edit', scope: 'projects:write' },
  'project:delete': { needs: 'manage', scope: 'projects:manage' },
  'project:members': { needs: 'read', scope: 'projects:read', account: true },
  'project:share': { needs: 'manage', scope: 'projects:manage' },
  'project:transfer': { needs: 'own', scope: 'projects:manage' },
  'publication:manage': { needs: 'admin', scope: null },
  'dataset:read': { needs: 'read', scope: 'datasets:read' },
  'dataset:create': { needs: 'edit', scope: 'datasets:write' },
  'dataset:update': { needs: 'edit', scope: 'datasets:write' },
  'dataset:delete': { needs: 'edit', scope: 'datasets:write' },
  'engine:read': { needs: 'read', scope: 'engines:read' },
  'engine:log': { needs: 'read', scope: 'engines:read', account: true },
  'engine:create': { needs: 'deploy', scope: 'engines:deploy' },
  'engine:update': { needs: 'deploy', scope: 'engines:deploy' },
  'engine:delete': { needs: 'deploy', scope: 'engines:deploy' },
  'engine:open': { needs: 'read', scope: 'engines:read' },
  'engine:administer': { needs: 'admin', scope: 'engines:deploy' },
  'registry:manage': { needs: 'deploy', scope: 'engines:deploy' },
  'size:read': { needs: 'account', scope: 'engines:read' },
  'size:manage': { needs: 'admin', scope: null },
  'quota:read': { needs: 'read', scope: 'engines:read', account: true },
  'log:manage': { needs: 'admin', scope: null },
  'quota:manage': { needs: 'admin', scope: null },
  'task:read': { needs: 'admin', scope: null },
  'task:manage': { needs: 'admin', scope: null },
  'export:start': { needs: 'admin', scope: null },
  'run:read': { needs: 'read', scope: 'runs:read' },
  'run:write': { needs: 'edit', scope: 'runs:write' },
} as const satisfies Record<string, ActionRule>

/** What someone may do. The verbs are those of the routes. */
export type Action = keyof typeof ACTIONS

/** All actions, in the order of the table. */
export const ALL_ACTIONS = Object.keys(ACTIONS) as Action[]

/** What the table says of an action. */
export const ruleOf = (action: Action): ActionRule => ACTIONS[action]

/** Whether the action is about one project. */
export const isOnProject = (action: Action): boolean => (CAPABILITIES as readonly string[]).includes(ruleOf(action).needs)
