import { Inject, Injectable } from '@nestjs/common'
import { now } from '../../common/clock.js'
import { DomainError, type FieldError } from '../../common/problem/domain-error.js'
import type { Seal } from '../../common/seal.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { SizesService } from '../sizes/sizes.service.js'
import { engineSeal } from './engine.deployer.js'
import {
  DEFAULT_HEALTH,
  DEFAULT_SCALING,
  MAX_ENV,
  MAX_ENV_TOTAL,
  refusalOfHealth,
  refusalOfScaling,
  type EngineSpec,
  type Health,
} from './engine-spec.js'
import type { EngineSecret } from './engine.js'
import type { SecretInput, SpecFields } from './spec.dto.js'

/** What a request says of an app: of a new one at least image and port. */
export type SpecInput = SpecFields & { image?: string; port?: number; secrets?: SecretInput[] }

/** A specification with its secrets. */
export type WholeSpec = EngineSpec & { secrets: EngineSecret[] }

/** Makes a whole specification of what a request says. */
@Injectable()
export class SpecResolver {
  private readonly seal: Seal

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly sizes: SizesService,
  ) {
    this.seal = engineSeal(config)
  }

  /**
   * @param base what the app is at present; null for a new one, of which the request has image and port
   * @throws DomainError `size-not-found`, or `validation-failed` for what does not go together
   */
  async resolve(input: SpecInput, base: WholeSpec | null): Promise<WholeSpec> {
    const size =
      base !== null && input.size === undefined ? { id: base.size, resources: base.resources } : await this.sizes.resolve(input.size)
    const spec: WholeSpec = {
      image: input.image ?? base?.image ?? '',
      port: input.port ?? base?.port ?? 0,
      command: input.command ?? base?.command ?? [],
      args: input.args ?? base?.args ?? [],
      env: input.env ?? base?.env ?? [],
      size: size.id,
      resources: size.resources,
      scaling: { ...(base?.scaling ?? DEFAULT_SCALING), ...defined(input.scaling ?? {}) },
      health: healthOf(base?.health ?? DEFAULT_HEALTH, defined(input.health ?? {})),
      access: input.access ?? base?.access ?? 'project',
      secrets: this.secretsOf(base?.secrets ?? [], input.secrets ?? []),
    }
    const errors = refusalsOf(spec)
    if (errors.length > 0) throw new DomainError('validation-failed', {}, { errors })
    return spec
  }

  private secretsOf(before: EngineSecret[], input: SecretInput[]): EngineSecret[] {
    const at = now()
    const named = new Set(input.map(({ name }) => name))
    const set = input.flatMap(({ name, value }) => (value === null ? [] : [{ name, sealed: this.seal.seal(value), at }]))
    return [...before.filter(({ name }) => !named.has(name)), ...set].sort((a, b) => a.name.localeCompare(b.name))
  }
}

/** A connection asks for no path: one that was there before goes with the kind. */
function healthOf(before: Health, change: Partial<Health>): Health {
  const health = { ...before, ...change }
  return change.kind === 'tcp' && change.path === undefined ? { ...health, path: '' } : health
}

/** What of a specification does not go together. */
function refusalsOf({ scaling, health, env, secrets }: WholeSpec): FieldError[] {
  const errors: FieldError[] = []
  const add = (path: string, message: string | null): void => {
    if (message !== null) errors.push({ path, message })
  }
  add('scaling.max', refusalOfScaling(scaling))
  add('health.path', refusalOfHealth(health))
  const twice = secrets.find(({ name }) => env.some((variable) => variable.name === name))
  add(`secrets.${twice?.name ?? ''}`, twice ? 'is in the environment, too: name it in one of the two' : null)
  add('env', env.length + secrets.length > MAX_ENV ? `must have at most ${MAX_ENV} names, secrets included` : null)
  const bytes = [...env.map(({ value }) => value), ...secrets.map(({ sealed }) => sealed)].reduce(
    (sum, each) => sum + Buffer.byteLength(each),
    0,
  )
  // What is sealed is a third longer.
  add('secrets', bytes > MAX_ENV_TOTAL * 1.5 ? `must have at most ${MAX_ENV_TOTAL} bytes in all, the environment included` : null)
  return errors
}

/** Without the keys whose value is `undefined`. */
export const defined = <T extends object>(change: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> }
