import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { now } from '../../common/clock.js'
import { KeyedLock } from '../../common/keyed-lock.js'
import type { Action } from '../../common/policy/actions.js'
import { notThere, withinProject } from '../../common/policy/policy.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { ObjectStore } from '../../platform/object-store/object-store.js'
import { ProjectsService } from '../projects/projects.service.js'
import { FORMATS, keyOf, kindOf, type Asset } from './asset.js'
import { AssetCleanup } from './asset-cleanup.js'
import { AssetIntake } from './asset-intake.js'
import { AssetRepository } from './asset.repository.js'
import { AssetDto, type AssetUploadDto, type CompleteAssetDto, type CreateAssetDto } from './assets.dto.js'

const UPLOAD_SECONDS = 3_600
const HOUR_MS = 3_600_000
// Films are fetched piece by piece from the address that the first piece came from, also after a long pause.
const CONTENT_SECONDS = 6 * 3_600

/** What a browser that asks for an asset gets: an address in the object store, or the bytes themselves. */
export type AssetContent = { url: string } | { bytes: Buffer; contentType: string }

/** The use cases of assets: the portal says where to send the bytes and checks what arrived; only captions pass through it. */
@Injectable()
export class AssetsService {
  private readonly lock = new KeyedLock()

  constructor(
    private readonly assets: AssetRepository,
    private readonly intake: AssetIntake,
    private readonly store: ObjectStore,
    private readonly projects: ProjectsService,
    private readonly cleanup: AssetCleanup,
  ) {}

  /** Stores the intent and answers where to PUT the bytes. */
  async create(auth: AuthContext, projectId: string, dto: CreateAssetDto): Promise<AssetUploadDto> {
    await this.projects.require(auth, 'project:update', projectId)
    const asset = await this.intake.announce(projectId, dto)
    try {
      // One part of a multipart upload rather than a plain PUT: once it is completed, the address is good for nothing any more.
      const uploadId = await this.store.startUpload(keyOf(asset))
      const begun = await this.assets.begin(asset.id, uploadId)
      // The project may have been deleted in between, and its clean-up may not have seen this.
      if (!begun || !(await this.projects.find(projectId))) throw new DomainError('project-not-found')
      const expiresAt = new Date(now().getTime() + UPLOAD_SECONDS * 1_000).toISOString()
      return {
        id: asset.id,
        uploadUrl: await this.store.presignPart({ key: keyOf(asset), uploadId, number: 1 }, UPLOAD_SECONDS),
        expiresAt,
      }
    } catch (error) {
      await this.cleanup.discard(asset)
      throw error
    }
  }

  /** Checks what arrived and shows it; again for one that is shown already changes nothing. */
  async complete(auth: AuthContext, id: string, { etag }: CompleteAssetDto): Promise<AssetDto> {
    await this.require(auth, 'project:update', id)
    return this.lock.run(id, async () => {
      const asset = await this.require(auth, 'project:update', id)
      if (asset.state === 'stored') return AssetDto.from(asset)
      await this.makeObject(asset, etag.replace(/^"|"$/g, ''))
      const stored = await this.intake.admit(asset)
      if (!stored) {
        await this.cleanup.discard(asset)
        throw new DomainError('asset-invalid', { type: asset.contentType })
      }
      const { projectId, contentType, size } = stored
      auth.trail.change({ resource: resourceOf(stored), after: { projectId, contentType, size } })
      return AssetDto.from(stored)
    })
  }

  async get(auth: AuthContext, id: string): Promise<AssetDto> {
    return AssetDto.from(await this.requireStored(auth, id))
  }

  /** What to send to a browser that shows it. */
  async content(auth: AuthContext, id: string): Promise<AssetContent> {
    const asset = await this.requireStored(auth, id)
    if (kindOf(asset) === 'captions') {
      // A browser takes captions from the page's own origin only, unless the film says otherwise.
      const bytes = await this.store.get(keyOf(asset), FORMATS[asset.contentType].most)
      if (bytes) return { bytes, contentType: 'text/vtt; charset=utf-8' }
      throw notThere(auth, 'asset-not-found')
    }
    const { name: fileName, contentType } = asset
    // The same address for an hour, so that a picture is fetched once; the bytes under an id never change.
    const from = new Date(Math.floor(now().getTime() / HOUR_MS) * HOUR_MS)
    return {
      url: await this.store.presignDownload(
        { key: keyOf(asset), fileName, contentType, cacheSeconds: CONTENT_SECONDS },
        CONTENT_SECONDS,
        from,
      ),
    }
  }

  async delete(auth: AuthContext, id: string): Promise<void> {
    const asset = await this.require(auth, 'project:update', id)
    await this.cleanup.delete(asset)
    auth.trail.change({ resource: resourceOf(asset), before: { projectId: asset.projectId, contentType: asset.contentType } })
  }

  /**
   * Stores a picture that came with a text, through the portal. Who calls has asked whether the person may change the project.
   * @returns null when it is no picture that can be shown
   * @throws DomainError `assets-full`
   */
  async importPicture(
    projectId: string,
    { name, contentType, bytes }: { name: string; contentType: string; bytes: Buffer },
  ): Promise<Asset | null> {
    const asset = await this.announceImport(projectId, { name, contentType, size: bytes.length })
    if (!asset) return null
    try {
      await this.store.put(keyOf(asset), bytes, 'application/octet-stream')
      const stored = await this.intake.admit(asset)
      if (!stored) await this.cleanup.discard(asset)
      return stored
    } catch (error) {
      await this.cleanup.discard(asset)
      throw error
    }
  }

  private async announceImport(projectId: string, file: { name: string; contentType: string; size: number }): Promise<Asset | null> {
    try {
      const asset = await this.intake.announce(projectId, file)
      if (kindOf(asset) === 'image' && asset.size > 0) return asset
      await this.cleanup.discard(asset)
      return null
    } catch (error) {
      if (error instanceof DomainError && (error.code === 'asset-type-unknown' || error.code === 'asset-too-large')) return null
      throw error
    }
  }

  /** Makes one object of what was sent, if that is what was announced; an earlier try may have done so. */
  private async makeObject(asset: Asset, etag: string): Promise<void> {
    const key = keyOf(asset)
    const parts = asset.storeUploadId === null ? null : await this.store.listParts(key, asset.storeUploadId)
    const [part] = parts ?? []
    if (parts && !part) throw new DomainError('asset-not-arrived')
    if (part && asset.storeUploadId !== null) {
      const differs = part.size !== asset.size || part.etag !== etag
      if (differs) throw new DomainError('asset-mismatch', { expected: asset.size, actual: part.size })
      const { outcome } = await this.store.completeUpload(key, asset.storeUploadId, [{ number: 1, etag: part.etag }])
      if (outcome === 'part-refused') throw new DomainError('asset-mismatch', { expected: asset.size, actual: part.size })
    }
    const object = await this.store.stat(key)
    // Neither the upload nor the object: the store gave it up, and so do we.
    if (object?.size === asset.size) return
    await this.cleanup.discard(asset)
    throw new DomainError('asset-not-found')
  }

  private async requireStored(auth: AuthContext, id: string): Promise<Asset> {
    const asset = await this.require(auth, 'project:read', id)
    if (asset.state !== 'stored') throw notThere(auth, 'asset-not-found')
    return asset
  }

  private async require(auth: AuthContext, action: Action, id: string): Promise<Asset> {
    const asset = await this.assets.findById(id)
    if (!asset) throw notThere(auth, 'asset-not-found')
    await withinProject(auth, 'asset-not-found', () => this.projects.require(auth, action, asset.projectId))
    return asset
  }
}

const resourceOf = ({ id, name }: Asset) => ({ type: 'asset', id, name }) as const
