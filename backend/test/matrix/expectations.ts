/**
 * Who may do what, written down by hand, a second time and in other words than the policy: whoever changes one of the two by mistake finds the
 * matrix red. Nothing in this folder reads `common/policy`.
 */

/** What tokens can be made for. */
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
export type ScopeName = (typeof SCOPES)[number]

/** What someone can do with a project. */
export type Capability = 'read' | 'edit' | 'deploy' | 'manage' | 'own'

/** What each role of a project is good for. */
export const ROLE_CAPABILITIES = {
  viewer: ['read'],
  editor: ['read', 'edit'],
  deployer: ['read', 'deploy'],
  manager: ['read', 'edit', 'deploy', 'manage'],
  owner: ['read', 'edit', 'deploy', 'manage', 'own'],
} as const satisfies Record<string, readonly Capability[]>

/** The subjects: who asks, and by which means. */
export const SUBJECTS = [
  'anonymous',
  'anonymous, closed instance',
  'user',
  'viewer',
  'editor',
  'deployer',
  'manager',
  'editor by group',
  'owner',
  'admin',
  'disabled',
  'must change password',
  'token of too little scope',
  'token of just that scope',
  'token for another project',
] as const
export type Subject = (typeof SUBJECTS)[number]

/**
 * Whose thing it is. `own`: a private project in which the subject has the role it is called after (who is called after none has one of their own), their
 * own account, session or token, the group they own. `foreign`: what belongs to a stranger and is private. `internal`: a stranger's project for everyone
 * with an account, a group in which the subject is a mere member. `public`: a stranger's project for everyone.
 */
export const OWNERSHIPS = ['own', 'foreign', 'internal', 'public'] as const
export type Ownership = (typeof OWNERSHIPS)[number]

/**
 * Who may: `anyone` at all, a `reader` (everyone whom the instance lets in), who has a `session`, an `account`, an `admin`, who has that capability on
 * the project, whoever something is `mine` or an admin, a `group-member` or an admin, a `group-owner` or an admin, who is `in the group`.
 */
export type Who =
  'anyone' | 'reader' | 'session' | 'account' | 'admin' | 'mine' | 'group-member' | 'group-owner' | 'in the group' | Capability

/** What one operation, or one way of calling it, asks for. */
export interface Expectation {
  who: Who
  /** The scope that a token needs; `any` for every token, null for none: tokens cannot do it. */
  scope: ScopeName | 'any' | null
  /** On a project: an account is needed even where everyone may read. */
  account?: true
  /** The scope is asked for only once it is known which project it is about: what is hidden is not there, whatever the token is for. */
  late?: true
  /** Part of looking after oneself: allowed before a first password was changed. */
  self?: true
}

/** All operations by id; what comes after a space is a way of calling it that asks for something else. */
export const EXPECTATIONS: Record<string, Expectation> = {
  getVersion: { who: 'anyone', scope: 'any' },
  getSignInOptions: { who: 'anyone', scope: 'any' },
  login: { who: 'anyone', scope: 'any' },
  refreshSession: { who: 'session', scope: null, self: true },
  getCapabilities: { who: 'reader', scope: 'any' },
  streamEvents: { who: 'reader', scope: 'any' },
  getMyPermissions: { who: 'reader', scope: 'any' },
  'getMyPermissions of a project': { who: 'read', scope: 'projects:read', late: true },
  me: { who: 'account', scope: 'any', self: true },
  updateMe: { who: 'account', scope: null, self: true },
  changePassword: { who: 'account', scope: null, self: true },
  logout: { who: 'account', scope: null, self: true },
  listSessions: { who: 'account', scope: 'any', self: true },
  'listSessions of all': { who: 'admin', scope: null, self: true },
  endSession: { who: 'mine', scope: null, self: true },
  createToken: { who: 'account', scope: null, self: true },
  listTokens: { who: 'account', scope: 'any', self: true },
  'listTokens of all': { who: 'admin', scope: null, self: true },
  revokeToken: { who: 'mine', scope: null, self: true },

  createProject: { who: 'account', scope: 'projects:write' },
  listProjects: { who: 'reader', scope: 'projects:read' },
  getProjectFacets: { who: 'reader', scope: 'projects:read' },
  searchEverywhere: { who: 'reader', scope: 'projects:read' },
  starProject: { who: 'read', scope: 'projects:read', account: true },
  unstarProject: { who: 'read', scope: 'projects:read', account: true },
  countProjectView: { who: 'read', scope: 'projects:read' },
  getProjectCard: { who: 'read', scope: 'projects:read' },
  writeProjectCard: { who: 'edit', scope: 'projects:write' },
  getProject: { who: 'read', scope: 'projects:read' },
  'getProject by slug': { who: 'read', scope: 'projects:read' },
  updateProject: { who: 'edit', scope: 'projects:write' },
  deleteProject: { who: 'manage', scope: 'projects:manage' },
  getProjectSharing: { who: 'read', scope: 'projects:read', account: true },
  setProjectMember: { who: 'manage', scope: 'projects:manage' },
  'setProjectMember of a group': { who: 'manage', scope: 'projects:manage' },
  removeProjectMember: { who: 'manage', scope: 'projects:manage' },
  setProjectVisibility: { who: 'manage', scope: 'projects:manage' },
  transferProject: { who: 'own', scope: 'projects:manage' },
  getPublication: { who: 'edit', scope: 'projects:write' },
  publishProject: { who: 'manage', scope: 'projects:manage' },
  listProjectVersions: { who: 'read', scope: 'projects:read' },
  getProjectVersion: { who: 'read', scope: 'projects:read' },
  diffProjectVersion: { who: 'read', scope: 'projects:read' },
  withdrawProjectVersion: { who: 'own', scope: 'projects:manage' },
  getProjectCitation: { who: 'read', scope: 'projects:read' },
  getPublicationPolicy: { who: 'admin', scope: null },
  setPublicationPolicy: { who: 'admin', scope: null },

  createDataset: { who: 'edit', scope: 'datasets:write' },
  listDatasets: { who: 'read', scope: 'datasets:read' },
  getDataset: { who: 'read', scope: 'datasets:read' },
  deleteDataset: { who: 'edit', scope: 'datasets:write' },
  listDatasetFiles: { who: 'read', scope: 'datasets:read' },
  downloadDatasetFile: { who: 'read', scope: 'datasets:read' },
  deleteDatasetFile: { who: 'edit', scope: 'datasets:write' },
  createUpload: { who: 'edit', scope: 'datasets:write' },
  listUploads: { who: 'edit', scope: 'datasets:write' },
  getUpload: { who: 'edit', scope: 'datasets:write' },
  completeUpload: { who: 'edit', scope: 'datasets:write' },
  abortUpload: { who: 'edit', scope: 'datasets:write' },

  createAsset: { who: 'edit', scope: 'projects:write' },
  completeAsset: { who: 'edit', scope: 'projects:write' },
  getAsset: { who: 'read', scope: 'projects:read' },
  getAssetContent: { who: 'read', scope: 'projects:read' },
  deleteAsset: { who: 'edit', scope: 'projects:write' },
  listFigures: { who: 'read', scope: 'projects:read' },
  pushFigure: { who: 'edit', scope: 'projects:write' },
  getFigure: { who: 'read', scope: 'projects:read' },
  getFigureSpec: { who: 'read', scope: 'projects:read' },
  deleteFigure: { who: 'edit', scope: 'projects:write' },
  listReports: { who: 'read', scope: 'projects:read' },
  createReport: { who: 'edit', scope: 'projects:write' },
  importHtml: { who: 'edit', scope: 'projects:write' },
  getReport: { who: 'read', scope: 'projects:read' },
  updateReport: { who: 'edit', scope: 'projects:write' },
  deleteReport: { who: 'edit', scope: 'projects:write' },
  keepReportPresence: { who: 'edit', scope: 'projects:write' },
  endReportPresence: { who: 'edit', scope: 'projects:write' },
  exportReport: { who: 'read', scope: 'projects:read' },
  exportProjectVersion: { who: 'read', scope: 'projects:read' },
  getReportHtml: { who: 'read', scope: 'projects:read' },
  listReportRevisions: { who: 'edit', scope: 'projects:write' },
  getReportRevision: { who: 'edit', scope: 'projects:write' },
  diffReportRevision: { who: 'edit', scope: 'projects:write' },

  createEngine: { who: 'deploy', scope: 'engines:deploy' },
  listEngines: { who: 'reader', scope: 'engines:read' },
  'listEngines of a project': { who: 'read', scope: 'engines:read' },
  getEngine: { who: 'read', scope: 'engines:read' },
  updateEngine: { who: 'deploy', scope: 'engines:deploy' },
  admitToEngine: { who: 'read', scope: 'engines:read' },
  openApp: { who: 'anyone', scope: 'any' },
  getGatewayKeys: { who: 'anyone', scope: 'any' },
  deleteEngine: { who: 'deploy', scope: 'engines:deploy' },
  checkEngine: { who: 'deploy', scope: 'engines:deploy' },
  getEngineOptions: { who: 'account', scope: 'engines:read' },
  deployEngine: { who: 'deploy', scope: 'engines:deploy' },
  scaleEngine: { who: 'deploy', scope: 'engines:deploy' },
  pauseEngine: { who: 'deploy', scope: 'engines:deploy' },
  resumeEngine: { who: 'deploy', scope: 'engines:deploy' },
  repairEngine: { who: 'deploy', scope: 'engines:deploy' },
  listEngineRevisions: { who: 'read', scope: 'engines:read' },
  rollBackEngine: { who: 'deploy', scope: 'engines:deploy' },
  previewEngine: { who: 'deploy', scope: 'engines:deploy' },
  extendEngineLease: { who: 'deploy', scope: 'engines:deploy' },
  promoteEngine: { who: 'deploy', scope: 'engines:deploy' },
  listAllEngines: { who: 'admin', scope: 'engines:deploy' },
  listOrphans: { who: 'admin', scope: 'engines:deploy' },
  sweepEngines: { who: 'admin', scope: 'engines:deploy' },
  getProjectQuota: { who: 'read', scope: 'engines:read', account: true },
  setProjectQuota: { who: 'admin', scope: null },
  resetProjectQuota: { who: 'admin', scope: null },
  getDefaultQuota: { who: 'admin', scope: null },
  setDefaultQuota: { who: 'admin', scope: null },
  listRegistries: { who: 'deploy', scope: 'engines:deploy' },
  setRegistry: { who: 'deploy', scope: 'engines:deploy' },
  deleteRegistry: { who: 'deploy', scope: 'engines:deploy' },
  listSizes: { who: 'account', scope: 'engines:read' },
  startBulkExport: { who: 'admin', scope: null },
  listTasks: { who: 'admin', scope: null },
  getTask: { who: 'admin', scope: null },
  listTaskItems: { who: 'admin', scope: null },
  downloadTaskResult: { who: 'admin', scope: null },
  cancelTask: { who: 'admin', scope: null },
  retryTask: { who: 'admin', scope: null },
  deleteTask: { who: 'admin', scope: null },
  createSize: { who: 'admin', scope: null },
  updateSize: { who: 'admin', scope: null },
  deleteSize: { who: 'admin', scope: null },
  getLogLimits: { who: 'admin', scope: null },
  setLogLimits: { who: 'admin', scope: null },
  listEngineLogLines: { who: 'read', scope: 'engines:read', account: true },
  downloadEngineLogs: { who: 'read', scope: 'engines:read', account: true },
  streamEngineLogs: { who: 'read', scope: 'engines:read', account: true },

  listAudit: { who: 'admin', scope: 'audit:read' },
  exportAudit: { who: 'admin', scope: 'audit:read' },

  startOidc: { who: 'anyone', scope: 'any' },
  finishOidc: { who: 'anyone', scope: 'any' },

  listUsers: { who: 'admin', scope: 'users:manage' },
  createUser: { who: 'admin', scope: 'users:manage' },
  changeUsers: { who: 'admin', scope: 'users:manage' },
  importUsers: { who: 'admin', scope: 'users:manage' },
  exportUsers: { who: 'admin', scope: 'users:manage' },
  getUser: { who: 'admin', scope: 'users:manage' },
  updateUser: { who: 'admin', scope: 'users:manage' },
  deleteUser: { who: 'admin', scope: 'users:manage' },
  resetPassword: { who: 'admin', scope: 'users:manage' },
  listGroups: { who: 'account', scope: 'users:manage' },
  createGroup: { who: 'admin', scope: 'users:manage' },
  getGroup: { who: 'group-member', scope: 'users:manage' },
  updateGroup: { who: 'group-owner', scope: 'users:manage' },
  deleteGroup: { who: 'admin', scope: 'users:manage' },
  listGroupMembers: { who: 'group-member', scope: 'users:manage' },
  setGroupMember: { who: 'group-owner', scope: 'users:manage' },
  removeGroupMember: { who: 'group-owner', scope: 'users:manage' },
  'removeGroupMember oneself': { who: 'in the group', scope: 'users:manage' },
  searchDirectory: { who: 'account', scope: 'projects:manage' },
}
