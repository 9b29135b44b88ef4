/** The direction of imports (see CONTRIBUTING.md); every rule is an error. */
export default {
  forbidden: [
    {
      name: 'no-cycle',
      comment: 'A cycle means an event, or a third module.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'common-knows-no-feature',
      severity: 'error',
      from: { path: '^backend/src/common/' },
      to: { path: '^backend/src/(modules|platform|config)/' },
    },
    {
      name: 'platform-knows-no-feature',
      severity: 'error',
      from: { path: '^backend/src/platform/' },
      to: { path: '^backend/src/modules/' },
    },
    {
      name: 'config-knows-nobody',
      severity: 'error',
      from: { path: '^backend/src/config/' },
      to: { path: '^backend/src/(modules|platform|common)/' },
    },
    {
      name: 'mongoose-in-adapters-only',
      severity: 'error',
      from: { path: '^backend/src/', pathNot: '(\\.mongo\\.ts|^backend/src/platform/mongo/)' },
      to: { path: 'node_modules/mongoose/' },
    },
    {
      name: 'kubernetes-client-in-its-adapter-only',
      severity: 'error',
      from: { path: '^backend/src/', pathNot: '^backend/src/platform/kubernetes/' },
      to: { path: 'node_modules/@kubernetes/' },
    },
    {
      name: 'minio-in-its-adapter-only',
      severity: 'error',
      from: { path: '^backend/src/', pathNot: '^backend/src/platform/object-store/' },
      to: { path: 'node_modules/minio/' },
    },
    {
      name: 'adapters-are-bound-in-modules',
      comment: 'Only a module names an adapter of a port.',
      severity: 'error',
      from: { path: '^backend/src/', pathNot: '(\\.module\\.ts|\\.mongo\\.ts|\\.spec\\.ts)$' },
      to: { path: '\\.mongo\\.ts$' },
    },
    {
      name: 'no-foreign-repository',
      comment: 'A module uses another through what its module exports; the repositories of accounts and groups are what iam exports.',
      severity: 'error',
      from: { path: '^backend/src/modules/([^/]+)/' },
      to: {
        path: '^backend/src/modules/.+\\.repository\\.ts$',
        pathNot: ['^backend/src/modules/$1/', '^backend/src/modules/iam/(users/user|groups/group)\\.repository\\.ts$'],
      },
    },
    {
      name: 'controller-to-service-only',
      severity: 'error',
      from: { path: '\\.controller\\.ts$' },
      to: { path: '\\.(repository|mongo)\\.ts$' },
    },
    {
      name: 'components-without-stores',
      severity: 'error',
      from: { path: '^frontend/src/components/(content|form|layout)/' },
      to: { path: '^frontend/src/stores/' },
    },
    {
      name: 'api-knows-no-page',
      severity: 'error',
      from: { path: '^frontend/src/api/' },
      to: { path: '^frontend/src/(pages|stores|components|composables|layouts)/' },
    },
    {
      name: 'stores-know-no-page',
      severity: 'error',
      from: { path: '^frontend/src/(stores|composables)/' },
      to: { path: '^frontend/src/(pages|layouts)/' },
    },
    { name: 'tools-know-no-product', severity: 'error', from: { path: '^tools/' }, to: { path: '^(backend|frontend)/src/' } },
    { name: 'no-unresolved', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^(#q-app|virtual:)' } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|\\.quasar|node_modules/\\.cache|golden)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.vue', '.json'],
    },
  },
}
