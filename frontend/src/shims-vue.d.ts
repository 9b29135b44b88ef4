// For tools that read TypeScript without knowing Vue's files (ESLint); vue-tsc looks into the files themselves.
declare module '*.vue' {
  import type { Component } from 'vue'

  const component: Component
  export default component
}
