import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../common/auth-context/auth-context.js'
import { DomainError } from '../../common/problem/domain-error.js'
import { Mongo } from '../../platform/mongo/mongo.js'
import { conflictsOf, resourcesOf, type Resources } from './resources.js'
import { BUILT_IN_SIZES, inOrder, MAX_ORDER, MAX_SIZES, withSize, type Size, type SizeCatalogue } from './size.js'
import { SizeRepository } from './size.repository.js'
import { SizeDto, type CreateSizeDto, type SizeListDto, type UpdateSizeDto } from './sizes.dto.js'

const ORDER_STEP = 10

/** The use cases of size presets: everyone with an account reads them, admins change them. */
@Injectable()
export class SizesService {
  constructor(
    private readonly sizes: SizeRepository,
    mongo: Mongo,
  ) {
    mongo.onReady('sizes', () => this.sizes.begin(BUILT_IN_SIZES))
  }

  /**
   * What an app of that size gets.
   * @param id of the preset; the default one when left out
   * @throws DomainError `size-not-found`
   */
  async resolve(id: string | undefined): Promise<{ id: string; resources: Resources }> {
    const { sizes } = await this.catalogue()
    const size = sizes.find((each) => (id === undefined ? each.isDefault : each.id === id))
    if (!size) throw new DomainError('size-not-found', { id: id ?? '' })
    return { id: size.id, resources: resourcesOf(size) }
  }

  /** All presets, as they are shown. */
  async all(): Promise<SizeDto[]> {
    return inOrder((await this.catalogue()).sizes).map((size) => SizeDto.from(size))
  }

  async list(): Promise<SizeListDto> {
    return { items: await this.all() }
  }

  async create(auth: AuthContext, dto: CreateSizeDto): Promise<SizeDto> {
    const { created } = await this.change((sizes) => {
      if (sizes.some(({ id }) => id === dto.id)) throw new DomainError('size-id-taken', { id: dto.id })
      if (sizes.length >= MAX_SIZES) throw new DomainError('too-many-sizes', { limit: MAX_SIZES })
      const last = Math.max(0, ...sizes.map(({ order }) => order))
      const size: Size = { ...dto, order: dto.order ?? Math.min(last + ORDER_STEP, MAX_ORDER), revision: 1 }
      requireSound(size)
      return { sizes: withSize(sizes, size), created: size }
    })
    auth.trail.change({ resource: resourceOf(created), after: valuesOf(created) })
    return SizeDto.from(created)
  }

  async update(auth: AuthContext, id: string, { revision, ...change }: UpdateSizeDto): Promise<SizeDto> {
    const { before, after } = await this.change((sizes) => {
      const before = requireSize(sizes, id)
      if (before.revision !== revision) throw new DomainError('size-revision-conflict', { sent: revision, current: before.revision })
      if (before.isDefault && change.isDefault === false) throw new DomainError('size-is-default')
      const after: Size = { ...before, ...change, revision: before.revision + 1 }
      requireSound(after)
      return { sizes: withSize(sizes, after), before, after }
    })
    auth.trail.change({ resource: resourceOf(after), before: valuesOf(before), after: valuesOf(after) })
    return SizeDto.from(after)
  }

  async delete(auth: AuthContext, id: string): Promise<void> {
    const { before } = await this.change((sizes) => {
      const before = requireSize(sizes, id)
      if (before.isDefault) throw new DomainError('size-is-default')
      return { sizes: sizes.filter((size) => size !== before), before }
    })
    auth.trail.change({ resource: resourceOf(before), before: valuesOf(before) })
  }

  /** Applies a change to what is stored now; again when someone else changed a preset in between. */
  private async change<T extends { sizes: Size[] }>(apply: (sizes: Size[]) => T): Promise<T> {
    for (;;) {
      const { sizes, revision } = await this.catalogue()
      const applied = apply(sizes)
      if (await this.sizes.replace(revision, applied.sizes)) return applied
    }
  }

  /** They are stored before the portal serves; whoever has emptied the database since gets the built-in ones again. */
  private async catalogue(): Promise<SizeCatalogue> {
    for (;;) {
      const found = await this.sizes.read()
      if (found) return found
      await this.sizes.begin(BUILT_IN_SIZES)
    }
  }
}

function requireSize(sizes: Size[], id: string): Size {
  const found = sizes.find((size) => size.id === id)
  if (!found) throw new DomainError('size-not-found', { id })
  return found
}

function requireSound(size: Size): void {
  const errors = conflictsOf(size)
  if (errors.length > 0) throw new DomainError('validation-failed', {}, { errors })
}

const resourceOf = ({ id, title }: Size) => ({ type: 'size', id, name: title }) as const

const valuesOf = ({ title, description, isDefault, order, ...size }: Size): Record<string, unknown> => ({
  title,
  description,
  ...resourcesOf(size),
  isDefault,
  order,
})
