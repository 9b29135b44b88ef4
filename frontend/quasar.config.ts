import { defineConfig } from '@quasar/app-vite'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { constants, brotliCompress, gzip } from 'node:zlib'

/** Where `quasar dev` sends API calls; the built app is served by the portal itself. */
const portal = process.env['VITRINE_PORTAL'] ?? 'http://localhost:8080'

/** Writes a `.br` and a `.gz` beside each file that shrinks, so that the portal never compresses while it serves. */
async function compress(folder: string): Promise<void> {
  for (const name of await readdir(folder, { recursive: true })) {
    if (!/\.(?:js|css|svg|html)$/.test(name)) continue
    const path = join(folder, name)
    const content = await readFile(path)
    const quality = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }
    await writeFile(`${path}.br`, await promisify(brotliCompress)(content, quality))
    await writeFile(`${path}.gz`, await promisify(gzip)(content, { level: 9 }))
  }
}

export default defineConfig((ctx) => ({
  boot: ['ids', 'i18n', 'theme', 'session'],
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
    extendViteConf(config) {
      config.build ??= {}
      config.build.rolldownOptions = {
        output: {
          codeSplitting: {
            // What every page needs comes in two files; left alone it would be thirty.
            groups: [
              { name: 'vendor', test: /node_modules\/(?:@vue|vue|vue-router|pinia|vue-i18n|@intlify)\// },
              {
                name: 'app',
                test: /\/src\/(?:api\/(?!multipart|directory|figures|admin)|boot\/|composables\/(?!log|useLog|useTable|usePreflight|useRevisions|download)|plugins\/i18n\/(?:index|en)|router\/|stores\/(?!tokens|sharing|sessions|figures|admin))/,
              },
            ],
          },
        },
      }
    },
    afterBuild: () => compress(ctx.appPaths.resolve.app('dist/spa')),
  },
  devServer: {
    port: 9100,
    open: false,
    proxy: { '/api': { target: portal, changeOrigin: false } },
  },
}))
