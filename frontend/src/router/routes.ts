import type { RouteRecordRaw } from 'vue-router'
import type { Action } from '../components/models'

declare module 'vue-router' {
  interface RouteMeta {
    /** Needs an account even where everyone may read what is public. */
    account?: true
    /** What one has to be allowed on the instance; others are told whom to ask. */
    needs?: Action
    /** i18n key of the document's title. */
    title?: string
  }
}

export const routes: RouteRecordRaw[] = [
  {
    path: '/login',
    name: 'login',
    component: () => import('../pages/LoginPage.vue'),
    meta: { title: 'signIn.document' },
  },
  {
    path: '/password',
    name: 'password',
    component: () => import('../pages/PasswordPage.vue'),
    meta: { account: true, title: 'password.document' },
  },
  {
    path: '/',
    component: () => import('../layouts/MainLayout.vue'),
    children: [
      {
        path: '',
        name: 'catalogue',
        component: () => import('../pages/CataloguePage.vue'),
        meta: { title: 'catalogue.document' },
      },
      {
        path: 'mine',
        name: 'mine',
        component: () => import('../pages/MinePage.vue'),
        meta: { account: true, title: 'mine.title' },
      },
      {
        path: 'new',
        name: 'new',
        component: () => import('../pages/wizard/WizardStart.vue'),
        meta: { account: true, needs: 'project:create', title: 'wizard.newDocument' },
      },
      {
        path: 'settings',
        component: () => import('../pages/SettingsPage.vue'),
        meta: { account: true, title: 'settings.title' },
        children: [
          { path: '', name: 'settings', component: () => import('../pages/SettingsProfile.vue') },
          { path: 'password', name: 'settings-password', component: () => import('../pages/SettingsPassword.vue') },
          { path: 'sessions', name: 'settings-sessions', component: () => import('../pages/SettingsSessions.vue') },
          { path: 'tokens', name: 'settings-tokens', component: () => import('../pages/SettingsTokens.vue') },
        ],
      },
      {
        path: 'p/:slug/setup/:step?',
        name: 'project-setup',
        component: () => import('../pages/wizard/WizardPage.vue'),
        props: true,
        meta: { account: true, title: 'wizard.document' },
      },
      {
        path: 'p/:slug/publish/preview',
        name: 'project-preview',
        component: () => import('../pages/publish/PreviewPage.vue'),
        props: true,
        meta: { account: true, title: 'publish.document' },
      },
      {
        path: 'p/:slug/v/:number(\\d+)',
        name: 'project-version',
        component: () => import('../pages/publish/VersionPage.vue'),
        props: true,
        meta: { title: 'versions.document' },
      },
      {
        path: 'p/:slug',
        component: () => import('../pages/ProjectPage.vue'),
        props: true,
        children: [
          { path: '', name: 'project', component: () => import('../pages/ProjectOverview.vue') },
          {
            path: 'app/:engine?',
            name: 'project-app',
            component: () => import('../pages/ProjectApp.vue'),
          },
          {
            // Beside `app/:engine`, not below `app`, where an app may have any name.
            path: 'deploy',
            name: 'project-app-new',
            component: () => import('../pages/ProjectAppForm.vue'),
            meta: { account: true },
          },
          {
            path: 'app/:engine/edit',
            name: 'project-app-edit',
            component: () => import('../pages/ProjectAppForm.vue'),
            meta: { account: true },
          },
          { path: 'reports', name: 'project-reports', component: () => import('../pages/reports/ReportsPage.vue') },
          { path: 'reports/:report', name: 'project-report', component: () => import('../pages/reports/ReportPage.vue') },
          {
            path: 'reports/:report/edit',
            name: 'project-report-edit',
            component: () => import('../pages/reports/ReportEditPage.vue'),
            meta: { account: true },
          },
          {
            path: 'reports/:report/history',
            name: 'project-report-history',
            component: () => import('../pages/reports/ReportHistoryPage.vue'),
            meta: { account: true },
          },
          { path: 'data', name: 'project-data', component: () => import('../pages/ProjectData.vue') },
          {
            path: 'members',
            name: 'project-members',
            component: () => import('../pages/ProjectMembers.vue'),
            meta: { account: true },
          },
          {
            path: 'publish',
            name: 'project-publish',
            component: () => import('../pages/publish/PublishPage.vue'),
            meta: { account: true },
          },
          { path: 'versions', name: 'project-versions', component: () => import('../pages/publish/VersionsPage.vue') },
          {
            path: 'manage',
            name: 'project-manage',
            component: () => import('../pages/ProjectManage.vue'),
          },
        ],
      },
      {
        path: 'admin',
        component: () => import('../pages/admin/AdminPage.vue'),
        redirect: { name: 'admin-users' },
        meta: { account: true, needs: 'user:manage', title: 'admin.document' },
        children: [
          { path: 'users', name: 'admin-users', component: () => import('../pages/admin/UsersPage.vue') },
          { path: 'users/import', name: 'admin-users-import', component: () => import('../pages/admin/ImportPage.vue') },
          { path: 'users/:id', name: 'admin-user', component: () => import('../pages/admin/UserPage.vue'), props: true },
          { path: 'groups', name: 'admin-groups', component: () => import('../pages/admin/GroupsPage.vue'), props: { area: 'admin' } },
          {
            path: 'groups/:id',
            name: 'admin-group',
            component: () => import('../pages/admin/GroupPage.vue'),
            props: ({ params }) => ({ id: params['id'], area: 'admin' }),
          },
          { path: 'apps', name: 'admin-apps', component: () => import('../pages/admin/AppsPage.vue') },
          { path: 'limits', name: 'admin-limits', component: () => import('../pages/admin/LimitsPage.vue') },
          { path: 'publication', name: 'admin-publication', component: () => import('../pages/admin/PublicationPage.vue') },
          { path: 'exports', name: 'admin-exports', component: () => import('../pages/admin/ExportsPage.vue') },
          { path: 'exports/:id', name: 'admin-export', component: () => import('../pages/admin/ExportPage.vue'), props: true },
          { path: 'sweep', name: 'admin-sweep', component: () => import('../pages/admin/SweepPage.vue') },
          { path: 'tokens', name: 'admin-tokens', component: () => import('../pages/admin/TokensPage.vue') },
          { path: 'sessions', name: 'admin-sessions', component: () => import('../pages/admin/SessionsPage.vue') },
          { path: 'audit', name: 'admin-audit', component: () => import('../pages/admin/AuditPage.vue') },
        ],
      },
      {
        path: 'groups',
        component: () => import('../pages/admin/MyGroupsPage.vue'),
        meta: { account: true, needs: 'group:read', title: 'admin.groups.yours' },
        children: [
          { path: '', name: 'groups', component: () => import('../pages/admin/GroupsPage.vue'), props: { area: 'mine' } },
          {
            path: ':id',
            name: 'group',
            component: () => import('../pages/admin/GroupPage.vue'),
            props: ({ params }) => ({ id: params['id'], area: 'mine' }),
          },
        ],
      },
      {
        // The portal's own: where a sign-in leads that began at a private app. The page can only leave for it.
        path: 'api/open',
        name: 'open-app',
        component: () => import('../pages/NotFoundPage.vue'),
        beforeEnter: ({ fullPath }) => {
          globalThis.location.replace(fullPath)
          return false
        },
      },
      {
        path: 'no-app',
        name: 'no-app',
        component: () => import('../pages/NoAppPage.vue'),
        meta: { title: 'noApp.title' },
      },
      {
        path: ':rest(.*)*',
        name: 'not-found',
        component: () => import('../pages/NotFoundPage.vue'),
        meta: { title: 'app.notFound.title' },
      },
    ],
  },
]
