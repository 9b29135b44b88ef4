import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { MAX_NAME, specOf } from '../engine-spec.js'
import type { Engine } from '../engine.js'
import { EngineRepository } from '../engine.repository.js'
import { EngineViews } from '../engine.views.js'
import type { EngineDto } from '../engines.dto.js'
import { EnginesService, leaseUntil, resourceOf } from '../engines.service.js'
import { SpecResolver } from '../spec.resolver.js'
import type { LeaseHoursDto, PreviewDto } from './lifecycle.dto.js'

const SUFFIX = '-preview'

/** Previews: apps on a lease, beside the ones that they are previews of. */
@Injectable()
export class PreviewsService {
  constructor(
    private readonly engines: EnginesService,
    private readonly repository: EngineRepository,
    private readonly specs: SpecResolver,
    private readonly views: EngineViews,
  ) {}

  /** Deploys an app a second time, changed, for a while. @throws DomainError `engine-name-taken`, `engine-deleting`, `size-not-found` */
  async create(auth: AuthContext, id: string, { name, leaseHours, ...input }: PreviewDto): Promise<EngineDto> {
    const { engine, project } = await this.engines.requireLive(auth, 'engine:create', id)
    const spec = await this.specs.resolve(input, engine)
    const pin = input.image === undefined ? (engine.pin ?? engine.digest) : null
    const preview = await this.engines.create(
      auth,
      project,
      name ?? previewNameOf(engine.name),
      { ...spec, pin },
      { leaseHours, previewOf: engine.previewOf ?? engine.id },
    )
    return this.views.one(auth, preview, project)
  }

  /** Lets a preview stay for so long from now. @throws DomainError `engine-not-preview`, `engine-deleting` */
  async extend(auth: AuthContext, id: string, { hours }: LeaseHoursDto): Promise<EngineDto> {
    const { engine, project } = await this.engines.requireLive(auth, 'engine:update', id)
    if (!engine.lease) throw new DomainError('engine-not-preview')
    const lease = leaseUntil(now(), hours)
    const changed = await this.repository.amend(id, { lease }, now())
    if (!changed) throw new DomainError('engine-deleting')
    auth.trail.change({ resource: resourceOf(engine), before: { lease: engine.lease }, after: { lease } })
    this.engines.announce(changed)
    return this.views.one(auth, changed, project)
  }

  /**
   * Makes what runs as a preview what runs for good, by the same digest: the app that it is a preview of takes it over and the preview goes, or where there is
   * no such app the preview itself stays.
   * @throws DomainError `engine-not-preview`, `engine-digest-unknown` for one that never got as far as to have its image, `engine-deleting`
   */
  async promote(auth: AuthContext, id: string): Promise<EngineDto> {
    const { engine: preview, project } = await this.engines.requireLive(auth, 'engine:update', id)
    if (!preview.lease) throw new DomainError('engine-not-preview')
    const pin = preview.pin ?? preview.digest
    if (pin === null && !preview.image.includes('@')) throw new DomainError('engine-digest-unknown')
    const target = await this.targetOf(preview)
    if (!target) {
      const kept = await this.repository.amend(id, { lease: null, pin }, now())
      if (!kept) throw new DomainError('engine-deleting')
      auth.trail.change({ resource: resourceOf(preview), before: { lease: preview.lease }, after: { lease: null, pin } })
      this.engines.announce(kept)
      return this.views.one(auth, kept, project)
    }
    // First the app, then the preview: ended in between, the preview stays until its lease ends.
    const change = { ...specOf(preview), secrets: preview.secrets, pin }
    const changed = await this.engines.change(auth, target, null, change, { reason: 'promoted', from: null })
    await this.engines.markDeleted(preview)
    return this.views.one(auth, changed, project)
  }

  private async targetOf({ previewOf, projectId }: Engine): Promise<Engine | null> {
    const target = previewOf === null ? null : await this.repository.findById(previewOf)
    return target && !target.deletedAt && target.projectId === projectId ? target : null
  }
}

/** A name that is one still when the app's is as long as can be. */
const previewNameOf = (name: string): string => `${name.slice(0, MAX_NAME - SUFFIX.length).replace(/-+$/, '')}${SUFFIX}`
