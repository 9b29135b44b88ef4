import { Eta, type TemplateFunction } from 'eta'
import { readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { jsonScalar } from './scalar.js'

/** The templates of one driver, compiled. */
export interface Templates {
  /** @throws Error when the template does not exist or a value that it needs is missing */
  render(name: string, values: object): string
}

const SUFFIX = '.yaml.eta'

/**
 * Reads and compiles all templates of a driver, from folders that go before those that follow. Templates come from files of the portal only; values
 * are never part of their text, and a value that is written raw would be, so a template that asks for it is refused.
 * @throws Error when a folder or a template cannot be read or compiled
 */
export function loadTemplates(dir: string, folders: readonly string[]): Templates {
  const eta = new Eta({ autoEscape: true, autoTrim: false, escapeFunction: jsonScalar, autoFilter: false, useWith: false, cache: false })
  const compiled = new Map<string, { path: string; template: TemplateFunction }>()
  for (const folder of folders)
    for (const file of readdirSync(resolve(dir, folder)).filter((name) => name.endsWith(SUFFIX))) {
      const [name, path] = [file.slice(0, -SUFFIX.length), `${folder}/${file}`]
      if (compiled.has(name)) continue
      const source = readFileSync(resolve(dir, path), 'utf8')
      if (/<%[-_]?\s*~/.test(source)) throw new Error(`${path} writes a value raw (<%~); use <%=`)
      compiled.set(name, { path, template: eta.compile(source) })
    }
  return {
    render(name, values) {
      const found = compiled.get(name)
      if (!found) throw new Error(`there is no template ${name}${SUFFIX} in ${folders.join(', ')} of ${dir}`)
      try {
        return found.template.call(eta, values, {})
      } catch (cause) {
        throw new Error(`the template ${found.path} cannot be rendered: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
        })
      }
    },
  }
}
