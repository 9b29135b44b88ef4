import { Injectable } from '@nestjs/common'
import { AssetUse } from '../../assets/asset-use.js'
import { plainText } from '../../richtext/plain-text.js'
import { referencesOf } from '../../richtext/references.js'
import type { RichText } from '../../richtext/rich-text.js'
import { ProjectCleanup } from '../project-cleanup.js'
import { SearchText } from '../search-text.js'
import { CARD_SECTIONS, type Card } from './card.js'
import { CardRepository } from './card.repository.js'

/** Tells the rest of the portal of cards: which assets they show, by which words they are found, and that they go with their project. */
@Injectable()
export class CardRegistrations {
  constructor(cards: CardRepository, use: AssetUse, search: SearchText, cleanup: ProjectCleanup) {
    use.register('cards', async (projectId) => new Set(textsOf(await cards.find(projectId)).flatMap((text) => referencesOf(text).assets)))
    search.register('cards', async (projectId) =>
      textsOf(await cards.find(projectId))
        .map(plainText)
        .join('\n'),
    )
    cleanup.register('cards', (projectId) => cards.remove(projectId))
  }
}

const textsOf = ({ texts }: Card): RichText[] => CARD_SECTIONS.flatMap((section) => texts[section] ?? [])
