import { defineConfig } from '@quasar/app-vite'

/** Where `quasar dev` sends API calls; the built app is served by the portal itself. */
const portal = process.env['VITRINE_PORTAL'] ?? 'http://localhost:8080'

export default defineConfig(() => ({
  boot: ['i18n', 'theme', 'session'],
  css: ['~@fontsource-variable/inter/index.css', '~@fontsource-variable/jetbrains-mono/index.css', 'app.scss'],
  framework: {
    iconSet: 'svg-material-symbols-rounded',
    lang: 'en-US',
    plugins: ['Dark', 'Notify'],
    config: { dark: 'auto' },
  },
  build: {
    vueRouterMode: 'history',
    distDir: 'dist/spa',
  },
  devServer: {
    port: 9100,
    open: false,
    proxy: { '/api': { target: portal, changeOrigin: false } },
  },
}))
