import { Injectable } from '@nestjs/common'
import type { AuthContext } from '../../../common/auth-context/auth-context.js'
import { now } from '../../../common/clock.js'
import { DomainError } from '../../../common/problem/domain-error.js'
import { AssetDirectory } from '../../assets/asset-directory.js'
import { FigureDirectory } from '../../figures/figure-directory.js'
import { assetPlacesOf, newPlacesOf } from '../../richtext/references.js'
import type { RichText } from '../../richtext/rich-text.js'
import { validateRichText } from '../../richtext/validate.js'
import { ProjectsService, resourceOf } from '../projects.service.js'
import { SearchText } from '../search-text.js'
import { MAX_SECTION_BYTES, type Card } from './card.js'
import { CardRepository } from './card.repository.js'
import { CardDto, type WriteCardDto } from './cards.dto.js'

/** The use cases of cards. */
@Injectable()
export class CardsService {
  constructor(
    private readonly cards: CardRepository,
    private readonly projects: ProjectsService,
    private readonly assets: AssetDirectory,
    private readonly figures: FigureDirectory,
    private readonly search: SearchText,
  ) {}

  async get(auth: AuthContext, projectId: string): Promise<CardDto> {
    await this.projects.require(auth, 'project:read', projectId)
    return CardDto.from(await this.cards.find(projectId))
  }

  async write(auth: AuthContext, projectId: string, { revision, section, content }: WriteCardDto): Promise<CardDto> {
    const project = await this.projects.require(auth, 'card:save', projectId)
    const before = await this.cards.find(projectId)
    const text = content === null ? null : await this.checked(projectId, content, before.texts[section])
    const card = await this.cards.write(projectId, revision, section, text, now())
    if (!card) {
      const { revision: current } = await this.cards.find(projectId)
      throw new DomainError('card-revision-conflict', { sent: revision, current })
    }
    // Saved every few seconds while someone writes: what anyone would ask about is that a text came or went.
    if ((before.texts[section] === null) !== (text === null))
      auth.trail.change({ resource: resourceOf(project), after: { card: section, text: text === null ? 'removed' : 'written' } })
    await this.projects.touched(projectId)
    await this.search.changed(projectId)
    // Deleted in between: its clean-up may not have seen this card.
    if (!(await this.projects.find(projectId))) await this.cards.remove(projectId)
    return CardDto.from(card)
  }

  /** The card of a project, for who has asked whether it may be read. */
  find(projectId: string): Promise<Card> {
    return this.cards.find(projectId)
  }

  /** @param before what was checked before: what it shows may be gone meanwhile, and that must not keep anybody from writing on */
  private async checked(projectId: string, content: unknown, before: RichText | null): Promise<RichText> {
    const text = validateRichText(content, { bytes: MAX_SECTION_BYTES })
    const places = newPlacesOf(text, before)
    const errors = [
      ...(await this.assets.claimAt(projectId, assetPlacesOf(places))),
      ...(await this.figures.strangersAt(projectId, places)),
    ]
    if (errors.length === 0) return text
    throw new DomainError('rich-text-invalid', {}, { errors: errors.slice(0, 20) })
  }
}
