import { Inject, Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { newSecret } from '../../common/ids.js'
import { notThere, withinProject } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { CONFIG } from '../../config/config.module.js'
import type { Config } from '../../config/config.js'
import { EngineDirectory, mayOpen, type ListedEngine } from '../engines/engine.directory.js'
import { ProjectsService } from '../projects/projects.service.js'
import type { AdmissionDto, JwksDto } from './admissions.dto.js'
import { AppAddresses, appPath, OWN_PATH } from './app-address.js'
import { PassSigner } from './pass.js'
import { ViewerIdentity } from './viewer-identity.js'

const TICKET_MS = 30_000

/** The portal's side of private apps: gives tickets to those who may open one. */
@Injectable()
export class Admissions {
  private readonly addresses: AppAddresses
  private readonly tickets: PassSigner
  private readonly identity: ViewerIdentity

  constructor(
    @Inject(CONFIG) private readonly config: Pick<Config, 'appsUrl' | 'secret' | 'publicUrl'>,
    private readonly directory: EngineDirectory,
    private readonly projects: ProjectsService,
  ) {
    this.addresses = new AppAddresses(config.appsUrl)
    this.tickets = new PassSigner(config.secret, 'gateway ticket')
    this.identity = new ViewerIdentity(config.secret, config.publicUrl)
  }

  /**
   * The address by which the caller opens the app.
   * @throws DomainError `engine-not-found`, also for an app that the caller may not know of, or `not-allowed`
   */
  async admit(auth: AuthContext, engineId: string): Promise<AdmissionDto> {
    const listed = await this.directory.withId(engineId)
    if (listed === null) throw notThere(auth, 'engine-not-found')
    const { engine } = listed
    const project = await withinProject(auth, 'engine-not-found', () => this.projects.require(auth, 'engine:open', engine.projectId))
    if (!mayOpen(auth, engine, project)) {
      auth.trail.deny('engine:open', { type: 'engine', id: engine.id, name: engine.name })
      throw new DomainError('not-allowed', { action: 'engine:open' })
    }
    return this.ticketFor(auth, listed, '/')
  }

  /**
   * Where a browser is led that came to an app without being admitted: to the app with a ticket, or, whether the app is not there or not for the one who
   * asks, to the page that says that there is nothing.
   * @param host first label of the app's host @param path where in the app
   */
  async open(auth: AuthContext, host: string | null, path: string | null): Promise<string> {
    const label = this.addresses.labelIn(host ?? '')
    const listed = label === null ? null : await this.directory.atHost(label)
    if (listed === null || auth.mustChangePassword || !mayOpen(auth, listed.engine, listed.project))
      return `${this.config.publicUrl}/no-app`
    return this.ticketFor(auth, listed, appPath(path)).url
  }

  /** Where someone signs in who came to an app, to be led back to it. */
  signIn(host: string | null, path: string | null): string {
    const back = `/api/open?host=${encodeURIComponent(host ?? '')}&path=${encodeURIComponent(appPath(path))}`
    return `${this.config.publicUrl}/login?returnTo=${encodeURIComponent(back)}`
  }

  /** The keys by which apps check who is said to look at them. */
  jwks(): Promise<JwksDto> {
    return this.identity.jwks()
  }

  private ticketFor({ via, credentialId }: AuthContext, { engine, isPrivate }: ListedEngine, path: string): AdmissionDto {
    const url = this.addresses.urlOf(engine.host)
    const expiresAt = now().getTime() + TICKET_MS
    if (!isPrivate || via === 'anonymous') return { url: path === '/' ? url : url + path, expiresAt: null }
    const ticket = this.tickets.sign({ engineId: engine.id, via, credentialId, expiresAt, nonce: newSecret(12) })
    const query = new URLSearchParams({ ticket, path })
    return { url: `${url}${OWN_PATH}enter?${query.toString()}`, expiresAt: new Date(expiresAt).toISOString() }
  }
}
