import type { RouteRecordRaw } from 'vue-router'

declare module 'vue-router' {
  interface RouteMeta {
    /** Shown without a session. */
    isPublic?: boolean
    /** i18n key of the document's title. */
    title?: string
  }
}

export const routes: RouteRecordRaw[] = [
  {
    path: '/login',
    name: 'login',
    component: () => import('../pages/LoginPage.vue'),
    meta: { isPublic: true, title: 'signIn.document' },
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
        path: 'new',
        name: 'new',
        component: () => import('../pages/NewProjectPage.vue'),
        meta: { title: 'form.newDocument' },
      },
      {
        path: 'settings',
        name: 'settings',
        component: () => import('../pages/SettingsPage.vue'),
        meta: { title: 'settings.document' },
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
          { path: 'data', name: 'project-data', component: () => import('../pages/ProjectData.vue') },
          {
            path: 'manage',
            name: 'project-manage',
            component: () => import('../pages/ProjectManage.vue'),
          },
        ],
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
