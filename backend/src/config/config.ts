import { readFileSync } from 'node:fs'
import { FIELDS, type Config, type Field } from './fields.js'

export type { Config } from './fields.js'

/** What is wrong with one setting. */
export interface ConfigMistake {
  name: string
  message: string
}

/** All that is wrong with the configuration, at once. The process ends with exit code 78 (EX_CONFIG of sysexits.h). */
export class ConfigError extends Error {
  constructor(readonly mistakes: ConfigMistake[]) {
    super(
      `The configuration has ${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'}:\n${mistakes.map((m) => `  ${m.name}: ${m.message}`).join('\n')}`,
    )
    this.name = 'ConfigError'
  }
}

/**
 * Reads the whole configuration from `env`; `NAME_FILE` names a file that holds the value of `NAME`.
 * An empty value counts as not given. Nothing is converted silently.
 * @throws ConfigError with every mistake
 */
export function parseConfig(
  env: Record<string, string | undefined>,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Config {
  const mistakes: ConfigMistake[] = []
  const values: Record<string, unknown> = {}
  for (const [key, field] of Object.entries(FIELDS) as [string, Field<unknown>][]) {
    try {
      const raw = rawValue(field.env, env, readFile)
      if (raw !== undefined) values[key] = field.parse(raw)
      else if ('default' in field) values[key] = field.default
      else throw new Error(`is missing. ${field.doc}`)
    } catch (error) {
      mistakes.push({ name: field.env, message: error instanceof Error ? error.message : String(error) })
    }
  }
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  const config = values as unknown as Config
  const across = checkAcross(config)
  if (across.length > 0) throw new ConfigError(across)
  return config
}

/** Rules between settings. */
function checkAcross(config: Config): ConfigMistake[] {
  const mistakes: ConfigMistake[] = []
  if (config.kubeconfig !== null && config.kubeContext === null)
    mistakes.push({
      name: 'VITRINE_KUBE_CONTEXT',
      message: 'is missing. KUBECONFIG is used only with the name of a context, so that nothing is ever deployed into the wrong cluster.',
    })
  if (config.kubeconfig === null && config.kubeContext !== null)
    mistakes.push({ name: 'KUBECONFIG', message: 'is missing. VITRINE_KUBE_CONTEXT names a context, but no file to find it in.' })
  if (config.driver === 'gateway' && config.gateway === null)
    mistakes.push({
      name: 'VITRINE_GATEWAY',
      message: 'is missing. With VITRINE_DRIVER=gateway the routes of apps need a Gateway to attach to.',
    })
  if (config.role === 'gateway' && config.gatewayPort === null)
    mistakes.push({ name: 'VITRINE_GATEWAY_PORT', message: 'is missing. With VITRINE_ROLE=gateway there is nothing else to listen on.' })
  if (config.oidcIssuer !== null && config.oidcClientId === null)
    mistakes.push({
      name: 'VITRINE_OIDC_CLIENT_ID',
      message: 'is missing. VITRINE_OIDC_ISSUER needs the name under which it knows this portal.',
    })
  if (config.localSignIn === 'off' && config.oidcIssuer === null)
    mistakes.push({
      name: 'VITRINE_OIDC_ISSUER',
      message: 'is missing. With VITRINE_LOCAL_SIGN_IN=off and no identity provider nobody could sign in.',
    })
  return mistakes
}

function rawValue(name: string, env: Record<string, string | undefined>, readFile: (path: string) => string): string | undefined {
  const direct = env[name] || undefined
  const path = env[`${name}_FILE`] || undefined
  if (direct !== undefined && path !== undefined) throw new Error(`is given twice: by ${name} and by ${name}_FILE. Keep one.`)
  if (path === undefined) return direct
  try {
    return readFile(path).trimEnd() || undefined
  } catch (error) {
    throw new Error(`the file ${path} of ${name}_FILE cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}
