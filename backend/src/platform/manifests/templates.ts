import { Eta, type TemplateFunction } from 'eta'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { jsonScalar } from './scalar.js'

/** How apps are run; each has a folder of templates. */
export const DRIVERS = ['knative'] as const
export type Driver = (typeof DRIVERS)[number]

/** The templates of one driver, compiled. */
export interface Templates {
  /** @throws Error when the template does not exist or a value that it needs is missing */
  render(name: string, values: object): string
}

const SUFFIX = '.yaml.eta'

/**
 * Reads and compiles all templates of a driver. Templates come from files of the portal only; values are never part of their text, and a value that
 * is written raw would be, so a template that asks for it is refused.
 * @throws Error when the folder or a template cannot be read or compiled
 */
export function loadTemplates(dir: string, driver: Driver): Templates {
  const folder = resolve(dir, driver)
  const eta = new Eta({ autoEscape: true, autoTrim: false, escapeFunction: jsonScalar, autoFilter: false, useWith: false, cache: false })
  const compiled = new Map<string, TemplateFunction>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith(SUFFIX))) {
    const source = readFileSync(join(folder, file), 'utf8')
    if (/<%[-_]?\s*~/.test(source)) throw new Error(`${driver}/${file} writes a value raw (<%~); use <%=`)
    compiled.set(file.slice(0, -SUFFIX.length), eta.compile(source))
  }
  return {
    render(name, values) {
      const template = compiled.get(name)
      if (!template) throw new Error(`there is no template ${driver}/${name}${SUFFIX} in ${folder}`)
      try {
        return template.call(eta, values, {})
      } catch (cause) {
        throw new Error(
          `the template ${driver}/${name}${SUFFIX} cannot be rendered: ${cause instanceof Error ? cause.message : String(cause)}`,
          { cause },
        )
      }
    },
  }
}
