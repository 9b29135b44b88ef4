/**
 * The portal's own checks of rich text, to hold what the page makes against. They are imported by their address: they are compiled
 * under the rules of the backend, not of the page.
 */
const at = (name: string): string => decodeURIComponent(new URL(`../../backend/src/modules/richtext/${name}.ts`, import.meta.url).pathname)

const validation = (await import(/* @vite-ignore */ at('validate'))) as { validateRichText: (json: unknown) => unknown }
const charts = (await import(/* @vite-ignore */ at('chart'))) as {
  checkChart: (
    spec: unknown,
    path: string,
    findings: { errors: unknown[]; full: boolean; add: (path: string, message: string) => void },
  ) => void
}

/** @throws when the portal would refuse it */
export const { validateRichText } = validation

/** What the portal finds wrong with a chart. */
export function chartFindings(spec: unknown): unknown[] {
  const errors: unknown[] = []
  charts.checkChart(spec, 'spec', { errors, full: false, add: (path, message) => errors.push({ path, message }) })
  return errors
}
