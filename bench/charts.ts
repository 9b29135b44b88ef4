// Does a report with 50 charts of 10,000 points scroll like one without? Through the whole report and back in headless Chromium, without a rest and in steps,
// beside the same page with empty boxes in the place of the charts, which is all that this machine and its browser can do. And how much script the catalogue
// loads before it is shown. On a portal and a database of its own.
import { readFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { launch, openPage } from '../e2e/fixtures/browser.ts'
import { FIRST_LOAD_LIMIT, firstLoad } from '../e2e/fixtures/first-load.ts'
import { signIn } from '../e2e/flows/sign-in.ts'
import { VitrineClient } from '../tools/client/client.ts'
import { buildPortal, type Credentials } from '../tools/stack/portal.ts'
import { Progress } from '../tools/stack/progress.ts'
import { startStack } from '../tools/stack/stack.ts'
import { emptyCharts, scrollThrough, untilAllIsDrawn, watchContexts, type Scrolled, type Scrolling } from './charts-page.ts'
import { withoutCluster } from './own-portal.ts'
import { median, quantile, verdict } from './stats.ts'

const CHARTS = 50
const POINTS = 10_000
const TARGET_FPS = 50
const FRAME_MS = 1000 / 60
const HEIGHT = 380
const QUIET_MS = 2_000

/** Ways through the page: on and on, and a window at a time with rests in which charts are drawn. */
const WAYS: Record<string, Scrolling> = {
  'on and on': { speed: 4_000, goMs: 1_000, restMs: 0 },
  'stop and go': { speed: 3_600, goMs: 400, restMs: 600 },
}

type Trace = Record<string, unknown>
type Opened = Awaited<ReturnType<typeof openPage>>

const kinds: ((y: object) => Trace)[] = [
  (y) => ({ type: 'scattergl', mode: 'lines', y }),
  (y) => ({ type: 'scattergl', mode: 'markers', y }),
  (y) => ({ type: 'bar', y }),
  (y) => ({ type: 'scatter', mode: 'lines', y }),
  (y) => ({ type: 'histogram', x: y }),
]
const markers: typeof kinds = [(y) => ({ type: 'scattergl', mode: 'markers', y })]

const progress = new Progress()
await buildPortal(progress)
const stack = await startStack({ profile: 'services', progress, withoutCluster: true })
try {
  await withoutCluster(stack, {}, async (portal) => {
    await portal.start()
    await measure(portal.credentials())
  })
} finally {
  await stack.stop()
}

async function measure(credentials: Credentials): Promise<void> {
  const { url } = credentials
  const client = await VitrineClient.signIn(credentials)
  const project = await client.post<{ id: string; slug: string }>('/api/projects', { title: 'Charts' })
  const report = async (title: string, of: typeof kinds): Promise<string> => {
    const { id } = await client.post<{ id: string }>(`/api/projects/${project.id}/reports`, { title, content: contentOf(of) })
    return `/p/${project.slug}/reports/${id}`
  }
  const mixed = await report('All kinds', kinds)
  const onCard = await report('Markers on the graphics card', markers)
  const browser = await launch()
  try {
    const signedIn = await openPage(browser, url)
    await signIn(signedIn.page, credentials)
    const state = await signedIn.context.storageState()
    await signedIn.context.close()
    const open = () => openPage(browser, url, { state })

    const limits: Record<string, Scrolled> = {}
    await withReport(await open(), mixed, async ({ page }) => {
      const emptied = await page.evaluate(emptyCharts)
      if (emptied !== CHARTS) throw new Error(`the report has ${emptied} charts`)
      for (const [name, way] of Object.entries(WAYS)) {
        limits[name] = await page.evaluate(scrollThrough, { ...way, oneWay: true })
        tell(`empty boxes, ${name}`, limits[name])
      }
    })
    for (const [title, path] of Object.entries({ 'all kinds': mixed, 'WebGL markers': onCard })) {
      await withReport(await open(), path, async (opened) => {
        const before = await rendererMiB(opened)
        for (const [name, way] of Object.entries(WAYS)) {
          const scrolled = await opened.page.evaluate(scrollThrough, way)
          tell(`${title}, ${name}`, scrolled)
          const limit = limits[name]?.fps ?? Number.NaN
          verdict(
            scrolled.fps >= TARGET_FPS,
            `${title}, ${name}: ${scrolled.fps.toFixed(1)} frames a second, at least ${TARGET_FPS}; ${(scrolled.fps / limit).toFixed(3)} of what empty boxes have`,
          )
        }
        console.log(`${title}: the page has ${before} MiB before it is scrolled, ${await rendererMiB(opened)} MiB after`)
      })
    }
    const { bytes, files } = await firstLoad((await open()).page, '/')
    for (const file of files.slice(0, 5)) console.log(`  ${(file.bytes / 1000).toFixed(1).padStart(6)} kB  ${file.name}`)
    verdict(
      bytes <= FIRST_LOAD_LIMIT,
      `first load of the catalogue: ${(bytes / 1000).toFixed(1)} kB of script in ${files.length} files, at most ${FIRST_LOAD_LIMIT / 1000} kB`,
    )
  } finally {
    await browser.close()
  }
}

async function withReport(opened: Opened, path: string, use: (opened: Opened) => Promise<void>): Promise<void> {
  await opened.context.addInitScript(watchContexts)
  await opened.page.goto(path)
  await opened.page
    .locator('figure.chart')
    .nth(CHARTS - 1)
    .waitFor({ state: 'attached', timeout: 60_000 })
  await opened.page.locator('[data-chart-state=drawn]').first().waitFor({ timeout: 60_000 })
  await opened.page.evaluate(untilAllIsDrawn, QUIET_MS)
  await use(opened)
  await opened.context.close()
}

function tell(what: string, { frames, fps, drawnMs, tasksMs, contexts }: Scrolled): void {
  const dropped = frames.reduce((sum, ms) => sum + Math.max(0, Math.round(ms / FRAME_MS) - 1), 0)
  const middleAndMost = (figures: number[]): string =>
    figures.length === 0 ? '' : ` (median ${median(figures).toFixed(0)} ms, longest ${Math.max(...figures).toFixed(0)} ms)`
  console.log(
    `${what}: ${fps.toFixed(1)} frames a second, p50 ${median(frames).toFixed(1)} ms, p95 ${quantile(frames, 0.95).toFixed(1)} ms`,
  )
  console.log(`  ${dropped} of ${frames.length + dropped} frames dropped; ${tasksMs.length} tasks above 50 ms${middleAndMost(tasksMs)}`)
  console.log(`  ${drawnMs.length} charts drawn after a stop${middleAndMost(drawnMs)}; at most ${contexts} WebGL contexts`)
  console.log(`  load average ${loadavg()[0]?.toFixed(1)}`)
}

/** Memory of the process that renders the page. */
async function rendererMiB({ page }: Opened): Promise<number> {
  const session = await page.context().browser()?.newBrowserCDPSession()
  if (!session) throw new Error('the browser is gone')
  const { processInfo } = await session.send('SystemInfo.getProcessInfo')
  await session.detach()
  const sizes = processInfo
    .filter(({ type }) => type === 'renderer')
    .map(({ id }) => Number(/^RssAnon:\s+(\d+) kB/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1] ?? 0))
  return Math.round(Math.max(...sizes) / 1024)
}

/** A text of charts, each with a sentence before it and as many points. */
function contentOf(of: typeof kinds): object {
  let seed = 1
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  return {
    type: 'doc',
    content: Array.from({ length: CHARTS }, (_, index) => {
      let value = 0
      const walk = Int16Array.from({ length: POINTS }, () => Math.round((value += (random() - 0.5) * 100)))
      const trace = of[index % of.length]?.({ dtype: 'i2', bdata: Buffer.from(walk.buffer).toString('base64') })
      return [
        { type: 'paragraph', content: [{ type: 'text', text: `Run ${index + 1} went its own way, as the chart below shows.` }] },
        {
          type: 'chart',
          attrs: {
            ...{ id: `chart-${index}`, title: `Run ${index + 1}`, summary: `${POINTS} steps.`, height: HEIGHT },
            ...{ spec: { data: [trace], layout: {} }, source: { kind: 'inline' } },
          },
        },
      ]
    }).flat(),
  }
}
