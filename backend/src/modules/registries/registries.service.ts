import { Inject, Injectable, Logger } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { Seal } from '../../common/seal.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { registryNamed } from '../../platform/registry/image-reference.js'
import type { RegistryCredentials } from '../../platform/registry/image-registry.js'
import { EventBus } from '../events/event-bus.js'
import { ProjectCleanup } from '../projects/project-cleanup.js'
import { ProjectsService } from '../projects/projects.service.js'
import { RegistryDto, type RegistryListDto, type SetRegistryDto } from './registries.dto.js'
import { dockerConfigOf, MAX_PASSWORD_BYTES, MAX_REGISTRIES, signInFor, without, withSignIn, type RegistrySignIn } from './registry.js'
import { RegistryRepository } from './registry.repository.js'

/** The use cases of what projects sign in to for their images. Passwords come in and go to registries and the cluster; nobody is shown one. */
@Injectable()
export class RegistriesService {
  private readonly logger = new Logger('Registries')
  private readonly seal: Seal

  constructor(
    @Inject(CONFIG) { secret }: Pick<Config, 'secret'>,
    private readonly registries: RegistryRepository,
    private readonly projects: ProjectsService,
    private readonly bus: EventBus,
    cleanup: ProjectCleanup,
  ) {
    this.seal = new Seal(secret, 'registry-credentials')
    cleanup.register('registries', (projectId) => this.registries.remove(projectId))
  }

  async list(auth: AuthContext, projectId: string): Promise<RegistryListDto> {
    await this.projects.require(auth, 'registry:manage', projectId)
    return { items: (await this.signIns(projectId)).map((signIn) => RegistryDto.from(signIn)) }
  }

  async set(auth: AuthContext, projectId: string, name: string, { username, password }: SetRegistryDto): Promise<RegistryDto> {
    await this.projects.require(auth, 'registry:manage', projectId)
    const registry = requireRegistry(name)
    requireShort(password)
    const signIn: RegistrySignIn = { registry, username, sealed: this.seal.seal(password), updatedAt: now() }
    const before = await this.change(projectId, (signIns) => {
      const after = withSignIn(signIns, signIn)
      if (after.length > MAX_REGISTRIES) throw new DomainError('too-many-registries', { limit: MAX_REGISTRIES })
      return after
    })
    await this.requireStill(projectId)
    const old = before.find((each) => each.registry === registry)
    auth.trail.change({ resource: resourceOf(projectId, registry), ...(old ? { before: valuesOf(old) } : {}), after: valuesOf(signIn) })
    this.bus.publish('project.registries-changed', { projectId })
    return RegistryDto.from(signIn)
  }

  async delete(auth: AuthContext, projectId: string, name: string): Promise<void> {
    await this.projects.require(auth, 'registry:manage', projectId)
    const registry = registryNamed(name)
    const before = await this.change(projectId, (signIns) => {
      if (!signIns.some((each) => each.registry === registry)) throw new DomainError('registry-not-found')
      return without(signIns, registry ?? '')
    })
    const old = before.find((each) => each.registry === registry)
    if (old) auth.trail.change({ resource: resourceOf(projectId, old.registry), before: valuesOf(old) })
    this.bus.publish('project.registries-changed', { projectId })
  }

  /** What the project signs in with to the registry of an image; null when it does not sign in there. For work on behalf of someone who may deploy. */
  async credentialsOf(projectId: string, image: string): Promise<RegistryCredentials | null> {
    const signIn = signInFor(await this.signIns(projectId), image)
    return signIn ? this.open(signIn) : null
  }

  /** All sign-ins of the project as a `.dockerconfigjson`, for its namespace; null when it has none. */
  async dockerConfig(projectId: string): Promise<string | null> {
    const opened = (await this.signIns(projectId)).flatMap((signIn) => {
      const credentials = this.open(signIn)
      return credentials ? [{ registry: signIn.registry, ...credentials }] : []
    })
    return opened.length === 0 ? null : dockerConfigOf(opened)
  }

  private async signIns(projectId: string): Promise<RegistrySignIn[]> {
    return (await this.registries.find(projectId))?.signIns ?? []
  }

  /** Nothing when the portal's key is another one than when it was sealed: the apps of a project do not all have to wait for that. */
  private open({ registry, username, sealed }: RegistrySignIn): RegistryCredentials | null {
    try {
      return { username, password: this.seal.open(sealed) }
    } catch {
      this.logger.warn({ registry }, 'the password of a registry cannot be opened with this VITRINE_SECRET; it has to be set again')
      return null
    }
  }

  /** Applies a change to what is stored now; again when someone else changed it in between. @returns what was stored before */
  private async change(projectId: string, apply: (signIns: RegistrySignIn[]) => RegistrySignIn[]): Promise<RegistrySignIn[]> {
    for (;;) {
      const found = await this.registries.find(projectId)
      const signIns = apply(found?.signIns ?? [])
      const stored = found
        ? await this.registries.replace(projectId, found.revision, signIns)
        : await this.registries.insert({ id: projectId, signIns, revision: 1 })
      if (stored) return found?.signIns ?? []
    }
  }

  /** Nothing is left of a project that was deleted in between, when its clean-up may have been here already. */
  private async requireStill(projectId: string): Promise<void> {
    if (await this.projects.find(projectId)) return
    await this.registries.remove(projectId)
    throw new DomainError('project-not-found')
  }
}

function requireRegistry(name: string): string {
  const registry = registryNamed(name)
  if (registry !== null) return registry
  const message = 'must be host or host:port as in a reference to an image, without https:// and without a path'
  throw new DomainError('validation-failed', {}, { errors: [{ path: 'registry', message }] })
}

function requireShort(password: string): void {
  if (Buffer.byteLength(password) <= MAX_PASSWORD_BYTES) return
  const message = `must have at most ${MAX_PASSWORD_BYTES} bytes`
  throw new DomainError('validation-failed', {}, { errors: [{ path: 'password', message }] })
}

const resourceOf = (projectId: string, registry: string) => ({ type: 'registry', id: `${projectId}/${registry}`, name: registry }) as const

/** As the audit log shows it: whether there is another password shows in that it was changed. */
const valuesOf = ({ registry, username }: RegistrySignIn): Record<string, unknown> => ({ registry, username })
